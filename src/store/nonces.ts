import { randomBytes } from 'node:crypto';

// All of one length, and small integers to the engine.
const NUMBER_MIN = 100_000_000;
const NUMBER_MAX = 999_999_999;

/**
 * What the commands of one connection have their replies repeat: a prefix of the connection, so that a reply of another
 * one is never taken, and a number that goes on. Nobody has to guess them, they only have to differ.
 */
export class Nonces {
  readonly prefix: string = randomBytes(3).toString('base64url');
  #last = NUMBER_MIN;

  /** The next number; it comes around after 900 million. */
  next(): number {
    this.#last = this.#last === NUMBER_MAX ? NUMBER_MIN : this.#last + 1;
    return this.#last;
  }
}
