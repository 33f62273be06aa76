import type { SourceRule, TouchRequest, TouchRule } from '../../../session/session-store.ts';
import type { Capabilities } from '../../capabilities.ts';
import { askedSubject, isUnmarked, touchWords } from '../script-words.ts';
import {
  PARTITION_COUNT,
  partitionIndex,
  partitionKeys,
  assertSessionKey,
  SESSION_KEY_LENGTH,
} from '../store-keys.ts';
import { NONCE_DIGITS, NONCE_PREFIX_LENGTH } from '../wire/nonces.ts';
import { respWord } from '../wire/resp.ts';
import type { Script } from '../wire/script.ts';
import type { Spelling } from '../wire/sent-call.ts';
import { TouchSpelling, TouchTemplate } from './touch-template.ts';

const NONCE_LENGTH = NONCE_PREFIX_LENGTH + NONCE_DIGITS;
/** Arguments of `touch.lua`, the nonce included, without a subject. */
const ARGUMENTS = 9;

/** The constant parts of a partition's touches: before the session key, and after it. */
interface ConstantParts {
  readonly beforeKey: string;
  readonly afterKey: string;
}

/** The words of a rule, after the nonce, and all touches by it that name no subject. */
interface SpelledRule {
  readonly words: string;
  readonly template: TouchTemplate;
}

type SpelledRules = WeakMap<SourceRule, WeakMap<TouchRule, SpelledRule>>;

/** Spells touches for the wire from prepared parts: only the key and the nonce are new in each. */
export class TouchText {
  readonly #partitions: readonly ConstantParts[];
  /** For touches that name a subject. */
  readonly #withSubject: readonly ConstantParts[];
  readonly #capabilities: Capabilities;
  /** Rules change with the configuration only. */
  readonly #rules: SpelledRules = new WeakMap();
  /** The same for rules that challenge, while their mark must not be written. */
  readonly #unmarked: SpelledRules = new WeakMap();

  constructor(touch: Script, capabilities: Capabilities) {
    this.#capabilities = capabilities;
    this.#partitions = constantParts(touch.head(ARGUMENTS));
    this.#withSubject = constantParts(touch.head(ARGUMENTS + 1));
  }

  /**
   * The whole command, ready to be written.
   * @throws {TypeError} for a key or a rule that must not reach the store
   */
  spell(request: TouchRequest, noncePrefix: string, nonce: number): string | Spelling {
    if (request.subject !== undefined || noncePrefix.length !== NONCE_PREFIX_LENGTH) {
      return this.of(request, noncePrefix, nonce);
    }
    assertSessionKey(request.key);
    return new TouchSpelling(this.#ruleOf(request).template, request.key, noncePrefix);
  }

  /** The whole command as text. @throws {TypeError} for a key or a rule that must not reach the store */
  of(request: TouchRequest, noncePrefix: string, nonce: number): string {
    const { key } = request;
    const subject =
      request.subject === undefined ? undefined : askedSubject(request, this.#capabilities);
    const partitions = subject === undefined ? this.#partitions : this.#withSubject;
    const parts = partitions[partitionIndex(key)];
    if (parts === undefined) throw new RangeError('there is no such partition');
    const echo = noncePrefix + nonce;
    const text = `${parts.beforeKey}${key}${parts.afterKey}$${echo.length}\r\n${echo}${this.#ruleOf(request).words}`;
    return subject === undefined ? text : `${text}$${subject.length}\r\n${subject}\r\n`;
  }

  #ruleOf(request: TouchRequest): SpelledRule {
    const { rule, source } = request;
    const texts = isUnmarked(rule, this.#capabilities) ? this.#unmarked : this.#rules;
    let rules = texts.get(source);
    if (rules === undefined) {
      rules = new WeakMap();
      texts.set(source, rules);
    }
    let spelled = rules.get(rule);
    if (spelled === undefined) {
      const words = `\r\n${touchWords(request, this.#capabilities).map(respWord).join('')}`;
      spelled = { words, template: this.#templateOf(words) };
      rules.set(rule, spelled);
    }
    return spelled;
  }

  // All keys, and so all texts, have the same length in all partitions.
  #templateOf(words: string): TouchTemplate {
    const { beforeKey, afterKey } = this.#partitions[0] ?? { beforeKey: '', afterKey: '' };
    const head = `${beforeKey}${' '.repeat(SESSION_KEY_LENGTH)}${afterKey}$${NONCE_LENGTH}\r\n`;
    const partitions = [...head.matchAll(/(?<=\{)00(?=\})/g)].map(({ index }) => index);
    const places = { partitions, key: beforeKey.length, nonce: head.length };
    return new TouchTemplate(`${head}${' '.repeat(NONCE_LENGTH)}${words}`, places);
  }
}

function constantParts(head: string): readonly ConstantParts[] {
  return Array.from({ length: PARTITION_COUNT }, (_, index) => {
    const { deadlines, events, session } = partitionKeys(index);
    const prefix = session('');
    return {
      beforeKey: `${head}$${prefix.length + SESSION_KEY_LENGTH}\r\n${prefix}`,
      afterKey: `\r\n${respWord(deadlines)}${respWord(events)}`,
    };
  });
}
