import type { SessionKey } from '../session/session-key.ts';
import { StoreOverloaded } from '../session/session-store.ts';
import { CLAIM_KEPT_MS } from './store-keys.ts';

const CLAIMS_MAX = 100_000;

/** What `claim.lua` does, for the embedded store. */
export class MemoryClaims {
  readonly #claimsMax: number;
  /** Oldest first, as all are kept for the same time. */
  readonly #claims = new Map<SessionKey, { readonly name: SessionKey; readonly untilMs: number }>();

  constructor(claimsMax: number = CLAIMS_MAX) {
    this.#claimsMax = claimsMax;
  }

  /** @throws {StoreOverloaded} at the stated maximum. */
  claim(at: SessionKey, name: SessionKey, nowMs: number): SessionKey {
    for (const [key, { untilMs }] of this.#claims) {
      if (nowMs < untilMs) break;
      this.#claims.delete(key);
    }
    const settled = this.#claims.get(at);
    if (settled !== undefined) return settled.name;
    if (this.#claims.size >= this.#claimsMax) {
      throw new StoreOverloaded(`the memory store holds its maximum of ${this.#claimsMax} claims`);
    }
    this.#claims.set(at, { name, untilMs: nowMs + CLAIM_KEPT_MS });
    return name;
  }

  clear(): void {
    this.#claims.clear();
  }
}
