import { hash } from 'node:crypto';
import type { TokenProof } from '../authz/token-verifier.ts';
import type { KeySet } from './token-keys.ts';

type VerifiedProof = Extract<TokenProof, { kind: 'verified' }>;

interface VerifiedToken {
  readonly proof: VerifiedProof;
  readonly keys: KeySet;
  readonly expiresAtMs: number;
}

/**
 * A limited number of tokens that were found valid; the least recently used one is forgotten first.
 * A token is remembered by a hash of all of it, until its `exp` at most, and only while the same
 * set of keys is in use. Of its claims only those are kept that its session is read from, so that
 * large tokens take no more memory than small ones.
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

  find(token: string, keys: KeySet, nowMs: number): VerifiedProof | undefined {
    const name = nameOf(token);
    const known = this.#tokens.get(name);
    if (known === undefined) return undefined;
    this.#tokens.delete(name);
    if (known.keys !== keys || nowMs >= known.expiresAtMs) return undefined;
    this.#tokens.set(name, known); // now the most recently used
    return known.proof;
  }

  remember(token: string, proof: VerifiedProof, keys: KeySet): void {
    const { exp } = proof.claims;
    const expiresAtMs = typeof exp === 'number' ? exp * 1000 : Infinity;
    const name = nameOf(token);
    this.#tokens.delete(name);
    this.#tokens.set(name, { proof, keys, expiresAtMs });
    if (this.#tokens.size <= this.#max) return;
    const [oldest] = this.#tokens.keys();
    if (oldest !== undefined) this.#tokens.delete(oldest);
  }
}

function nameOf(token: string): string {
  return hash('sha256', token, 'base64');
}
