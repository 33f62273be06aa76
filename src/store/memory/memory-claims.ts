import type { Claim } from '../../session/claim.ts';
import type { SessionKey } from '../../session/session-key.ts';
import { CLAIM_KEPT_MS, CLAIM_REST_MIN_MS } from '../../session/retention.ts';
import { StoreOverloaded, StoreUnavailable } from '../../session/session-store.ts';

const CLAIMS_MAX = 100_000;

interface KeptClaim extends Claim {
  readonly untilMs: number;
}

/** Does for the memory store what `claim.lua` does for Redis. */
export class MemoryClaims {
  readonly #claimsMax: number;
  /** The oldest first, because all are kept for the same time. */
  readonly #claims = new Map<SessionKey, KeptClaim>();
  #tokens = 0;

  constructor(claimsMax: number = CLAIMS_MAX) {
    this.#claimsMax = claimsMax;
  }

  /**
   * See `SessionStore.claim`.
   * @throws {StoreOverloaded} at the maximum of claims
   * @throws {StoreUnavailable}
   */
  claim(at: SessionKey, name: SessionKey, nowMs: number): Claim {
    for (const [key, { untilMs }] of this.#claims) {
      if (nowMs < untilMs) break;
      this.#claims.delete(key);
    }
    const settled = this.#claims.get(at);
    if (settled !== undefined) {
      if (settled.untilMs - nowMs < CLAIM_REST_MIN_MS) throw settledTooLongAgo();
      return settled;
    }
    if (this.#claims.size >= this.#claimsMax) {
      throw new StoreOverloaded(`the memory store holds its maximum of ${this.#claimsMax} claims`);
    }
    this.#tokens += 1;
    const claim = { name, token: String(this.#tokens), untilMs: nowMs + CLAIM_KEPT_MS };
    this.#claims.set(at, claim);
    return claim;
  }

  /**
   * Keeps the claim of a name that is opened now.
   * @throws {StoreUnavailable} if this claim does not hold any more
   */
  renew({ name, token }: Claim, nowMs: number): void {
    const settled = this.#claims.get(name);
    const isSame = settled?.name === name && settled.token === token;
    if (!isSame || nowMs >= settled.untilMs) throw settledTooLongAgo();
    this.#claims.delete(name);
    this.#claims.set(name, { name, token, untilMs: nowMs + CLAIM_KEPT_MS });
  }

  clear(): void {
    this.#claims.clear();
  }
}

function settledTooLongAgo(): StoreUnavailable {
  return new StoreUnavailable('refused', 'its name was settled too long ago');
}
