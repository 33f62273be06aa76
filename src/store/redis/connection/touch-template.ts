import { placeOfSession, SESSION_KEY_LENGTH } from '../store-keys.ts';
import type { SessionKey } from '../../../session/session-key.ts';
import { codeAt } from '../../../terms/code-at.ts';
import { NONCE_DIGITS } from '../wire/nonces.ts';
import type { Spelling } from '../wire/sent-call.ts';
import type { TurnWriter } from '../wire/turn-writer.ts';

const DIGIT_0 = 0x30;
const HEX_DIGITS = Buffer.from('0123456789abcdef', 'latin1');

/** Where in a touch the bytes stand that are new in each. */
export interface TouchPlaces {
  /** Each is two hex digits. */
  readonly partitions: readonly number[];
  readonly key: number;
  readonly nonce: number;
}

/**
 * The bytes of all touches by one rule. A touch copies them and fills in its partition, its key and
 * its nonce: to join texts and to turn them into bytes takes several times as long.
 */
export class TouchTemplate {
  readonly #bytes: Buffer;
  readonly #places: TouchPlaces;

  /** @param text any touch by the rule, one byte for each character */
  constructor(text: string, places: TouchPlaces) {
    this.#bytes = Buffer.from(text, 'latin1');
    this.#places = places;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Spells a touch from this place on. Its bytes must be reserved. */
  fill(bytes: Buffer, start: number, { key, noncePrefix }: TouchSpelling, nonce: number): void {
    const places = this.#places;
    bytes.set(this.#bytes, start);
    const partition = placeOfSession(key);
    for (const place of places.partitions) {
      bytes[start + place] = HEX_DIGITS[partition >> 4] ?? 0;
      bytes[start + place + 1] = HEX_DIGITS[partition & 0xf] ?? 0;
    }
    writeText(bytes, start + places.key, key, SESSION_KEY_LENGTH);
    const prefixLength = noncePrefix.length;
    writeText(bytes, start + places.nonce, noncePrefix, prefixLength);
    let rest = nonce;
    let at = start + places.nonce + prefixLength + NONCE_DIGITS;
    for (let digit = 0; digit < NONCE_DIGITS; digit += 1) {
      at -= 1;
      bytes[at] = DIGIT_0 + (rest % 10);
      rest = (rest / 10) | 0;
    }
  }
}

/** One touch by the rule of a template. */
export class TouchSpelling implements Spelling {
  readonly key: SessionKey;
  readonly noncePrefix: string;
  readonly #template: TouchTemplate;

  constructor(template: TouchTemplate, key: SessionKey, noncePrefix: string) {
    this.#template = template;
    this.key = key;
    this.noncePrefix = noncePrefix;
  }

  write(writer: TurnWriter, nonce: number): void {
    const { length } = this.#template;
    writer.reserve(length);
    this.#template.fill(writer.slab, writer.at, this, nonce);
    writer.at += length;
  }

  text(nonce: number): string {
    const bytes = Buffer.alloc(this.#template.length);
    this.#template.fill(bytes, 0, this, nonce);
    return bytes.toString('latin1');
  }
}

// Character by character: for so short a text that takes less time than a call of `write`.
function writeText(bytes: Buffer, start: number, text: string, length: number): void {
  for (let at = 0; at < length; at += 1) bytes[start + at] = codeAt(text, at);
}
