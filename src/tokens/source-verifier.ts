import { TokenKeysUnavailable } from '../authz/check-faults.ts';
import type { TokenProof } from '../authz/token-verifier.ts';
import { keptClaims } from '../identity/claims/kept-claims.ts';
import type { JwtPlace } from '../terms/credential-place.ts';
import { checkToken, type UnknownKey } from './check-token.ts';
import type { KeySet, TokenKeys } from './token-keys.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** For each source. A remembered token takes at most about 2 KiB, usually half of one. */
const TOKENS_MAX = 10_000;
/**
 * A check has milliseconds. If the keys take longer it gets no verdict, and the next one has them.
 */
const KEYS_WAIT_MAX_MS = 150;
/** A reading that had begun before the token arrived may lack its key: then one more is awaited. */
const READINGS_AWAITED_MAX = 2;
/** By how much the clock of an issuer may be behind ours. */
const ISSUER_CLOCK_BEHIND_MAX_MS = 60_000;

const UNKNOWN_KEY: TokenProof = { kind: 'invalid', cause: 'unknown_key' };

export interface SourceVerifierOptions {
  readonly clock: () => number;
  /** How long a token waits for keys. */
  readonly keysWaitMaxMs?: number;
  /** How many valid tokens are remembered. */
  readonly tokensMax?: number;
  /** What is kept of the claims of a valid token; by default what its session is read from. */
  readonly keep?: (claims: Claims, place: JwtPlace) => Claims;
}

type Claims = Readonly<Record<string, unknown>>;

/** Verifies the tokens of one source with the keys of its issuer. */
export class SourceVerifier {
  readonly #place: JwtPlace;
  readonly #keys: TokenKeys;
  readonly #clock: () => number;
  readonly #keysWaitMaxMs: number;
  readonly #verified: VerifiedTokens;
  readonly #keep: (claims: Claims, place: JwtPlace) => Claims;

  constructor(place: JwtPlace, keys: TokenKeys, options: SourceVerifierOptions) {
    this.#place = place;
    this.#keys = keys;
    this.#clock = options.clock;
    this.#keysWaitMaxMs = options.keysWaitMaxMs ?? KEYS_WAIT_MAX_MS;
    this.#verified = new VerifiedTokens(options.tokensMax ?? TOKENS_MAX);
    this.#keep = options.keep ?? keptClaims;
  }

  /** @throws (or rejects with) {@link TokenKeysUnavailable} */
  verify(token: string): TokenProof | Promise<TokenProof> {
    const keys = this.#keys.current;
    const known = keys && this.#verified.find(token, keys, this.#clock());
    return known ?? this.#verifyNow(token);
  }

  async #verifyNow(token: string): Promise<TokenProof> {
    const keys = this.#keys.current ?? (await this.#firstKeys());
    const proof = await this.#check(token, keys);
    return proof.kind === 'unknown_key' ? this.#verifyWithNewerKeys(token, keys, proof) : proof;
  }

  async #verifyWithNewerKeys(
    token: string,
    keys: KeySet,
    unknown: UnknownKey,
  ): Promise<TokenProof> {
    const begunBefore = this.#keys.readingsBegun;
    let tried = keys;
    for (let round = 0; round < READINGS_AWAITED_MAX; round += 1) {
      const refresh = this.#keys.refreshForUnknownKey();
      if (refresh === undefined) break;
      // oxlint-disable-next-line no-await-in-loop -- the second reading follows the first
      if (!(await settledWithin(refresh, this.#keysWaitMaxMs))) throw outdatedKeys();
      const { current, lastGood } = this.#keys;
      if (current !== undefined && current !== tried) {
        // oxlint-disable-next-line no-await-in-loop
        const proof = await this.#check(token, current);
        if (proof.kind !== 'unknown_key') return proof;
        tried = current;
      }
      if (this.#keys.isFaulty) break;
      if (lastGood !== undefined && lastGood.number > begunBefore) return UNKNOWN_KEY;
    }
    return this.#withoutNewerKeys(unknown);
  }

  /**
   * The keys may not be read again now. Issuers publish a key before they sign with it, so the keys
   * in use were all that could have signed a token older than their reading. Any other token may be
   * signed with a newer key: clients that send junk must not deny a live session.
   */
  #withoutNewerKeys({ issuedAtMs = Infinity }: UnknownKey): TokenProof {
    const { isFaulty, lastGood } = this.#keys;
    const readAtMs = lastGood?.beganAtMs ?? -Infinity;
    if (!isFaulty && issuedAtMs + ISSUER_CLOCK_BEHIND_MAX_MS <= readAtMs) return UNKNOWN_KEY;
    throw outdatedKeys();
  }

  async #firstKeys(): Promise<KeySet> {
    const { reading } = this.#keys;
    if (reading !== undefined) await settledWithin(reading, this.#keysWaitMaxMs);
    const { current } = this.#keys;
    if (current === undefined) throw new TokenKeysUnavailable('there are no keys for tokens yet');
    return current;
  }

  async #check(token: string, keys: KeySet): Promise<TokenProof | UnknownKey> {
    const check = await checkToken(token, this.#place, keys, this.#clock());
    if (check.kind !== 'valid') return check;
    const proof = { kind: 'verified', claims: this.#keep(check.claims, this.#place) } as const;
    this.#verified.remember(token, proof, keys);
    return proof;
  }
}

/** The token may be signed with a key that we do not have. That must not deny a live session. */
function outdatedKeys(): TokenKeysUnavailable {
  return new TokenKeysUnavailable('the keys of tokens may be out of date');
}

/** Whether some work, which never rejects, ends within this time. It goes on in any case. */
async function settledWithin(work: Promise<void>, maxMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), maxMs);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
