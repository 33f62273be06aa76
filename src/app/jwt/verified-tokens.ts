import { hash } from 'node:crypto';
import type { KeySet } from './token-keys.ts';

type Claims = Readonly<Record<string, unknown>>;

interface VerifiedToken {
  readonly claims: Claims;
  readonly keys: KeySet;
  readonly expiresAtMs: number;
}

/**
 * Tokens that were found valid: a bounded memory, the longest unused first to go. A token is remembered under a hash
 * of all of it, never past its `exp`, and for as long as the same set of keys is in use.
 */
export class VerifiedTokens {
  readonly #max: number;
  readonly #tokens = new Map<string, VerifiedToken>();

  constructor(tokensMax: number) {
    this.#max = tokensMax;
  }

  get size(): number {
    return this.#tokens.size;
  }

  find(token: string, keys: KeySet, nowMs: number): Claims | undefined {
    const name = nameOf(token);
    const known = this.#tokens.get(name);
    if (known === undefined) return undefined;
    this.#tokens.delete(name);
    if (known.keys !== keys || nowMs >= known.expiresAtMs) return undefined;
    this.#tokens.set(name, known); // now the most recently used
    return known.claims;
  }

  remember(token: string, claims: Claims, keys: KeySet): void {
    const { exp } = claims;
    const expiresAtMs = typeof exp === 'number' ? exp * 1000 : Infinity;
    const name = nameOf(token);
    this.#tokens.delete(name);
    this.#tokens.set(name, { claims, keys, expiresAtMs });
    if (this.#tokens.size <= this.#max) return;
    const [oldest] = this.#tokens.keys();
    if (oldest !== undefined) this.#tokens.delete(oldest);
  }
}

function nameOf(token: string): string {
  return hash('sha256', token, 'base64');
}
