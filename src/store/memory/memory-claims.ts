import type { SessionKey } from '../../session/session-key.ts';
import { CLAIM_KEPT_MS } from '../../session/retention.ts';
import { StoreOverloaded } from '../../session/session-store.ts';

const CLAIMS_MAX = 100_000;

/** Does for the memory store what `claim.lua` does for Redis. */
export class MemoryClaims {
  readonly #claimsMax: number;
  /** The oldest first, because all are kept for the same time. */
  readonly #claims = new Map<SessionKey, { readonly name: SessionKey; readonly untilMs: number }>();

  constructor(claimsMax: number = CLAIMS_MAX) {
    this.#claimsMax = claimsMax;
  }

  /** See `SessionStore.claim`. @throws {StoreOverloaded} at the maximum of claims */
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

  /** Keeps the claim of a name that is opened now. False if it is not settled any more. */
  renew(name: SessionKey, nowMs: number): boolean {
    const settled = this.#claims.get(name);
    if (settled?.name !== name || nowMs >= settled.untilMs) return false;
    this.#claims.delete(name);
    this.#claims.set(name, { name, untilMs: nowMs + CLAIM_KEPT_MS });
    return true;
  }

  clear(): void {
    this.#claims.clear();
  }
}
