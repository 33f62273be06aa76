import { randomBytes } from 'node:crypto';

// All numbers have the same length, and are small integers to the engine.
const NUMBER_MIN = 100_000_000;
const NUMBER_MAX = 999_999_999;
/** Digits of each number. */
export const NONCE_DIGITS = 9;
/** Characters of each prefix. */
export const NONCE_PREFIX_LENGTH = 4;
const PREFIX_BYTES = (NONCE_PREFIX_LENGTH * 6) / 8;

/**
 * What replies have to repeat, so that each is recognised as the reply to its call: a prefix of the
 * connection, so that a reply from another connection is never accepted, and a running number. They
 * need not be secret, only different.
 */
export class Nonces {
  readonly prefix: string = randomBytes(PREFIX_BYTES).toString('base64url');
  #last = NUMBER_MIN;

  /** The next number. It starts again after 900 million. */
  next(): number {
    this.#last = this.#last === NUMBER_MAX ? NUMBER_MIN : this.#last + 1;
    return this.#last;
  }
}
