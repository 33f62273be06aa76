import { TokenKeysUnavailable, type VerifiedClaims } from '../../authz/token-verifier.ts';
import type { JwtPlace } from '../../session/source.ts';
import { checkToken } from './check-token.ts';
import { settledWithin } from './settled-within.ts';
import type { KeySet, TokenKeys } from './token-keys.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** Of one source; a remembered token takes about 1 KiB. */
const TOKENS_MAX = 10_000;
/** A check has milliseconds. Who would wait longer gets no verdict, and the keys are there for the next one. */
const KEYS_WAIT_MAX_MS = 150;

/** Verifies the tokens of one place with the keys of its issuer. */
export class SourceVerifier {
  readonly #place: JwtPlace;
  readonly #keys: TokenKeys;
  readonly #clock: () => number;
  readonly #verified = new VerifiedTokens(TOKENS_MAX);

  constructor(place: JwtPlace, keys: TokenKeys, clock: () => number) {
    this.#place = place;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** @throws (or rejects with) {@link TokenKeysUnavailable} */
  verify(token: string): VerifiedClaims | Promise<VerifiedClaims> {
    const keys = this.#keys.current;
    const known = keys && this.#verified.find(token, keys, this.#clock());
    return known ?? this.#verifyNow(token);
  }

  async #verifyNow(token: string): Promise<VerifiedClaims> {
    const keys = this.#keys.current ?? (await this.#firstKeys());
    const claims = await this.#check(token, keys);
    return claims === 'unknown_key' ? this.#verifyWithNewerKeys(token, keys) : claims;
  }

  async #verifyWithNewerKeys(token: string, keys: KeySet): Promise<VerifiedClaims> {
    const refresh = this.#keys.refreshForUnknownKey();
    const isSettled = refresh === undefined || (await settledWithin(refresh, KEYS_WAIT_MAX_MS));
    if (!isSettled || this.#keys.isFaulty) {
      // It may be signed with a key that we could not get: a live session must not be denied for that.
      throw new TokenKeysUnavailable('the keys of tokens may be out of date');
    }
    const { current } = this.#keys;
    if (current === undefined || current === keys) return undefined;
    const claims = await this.#check(token, current);
    return claims === 'unknown_key' ? undefined : claims;
  }

  async #firstKeys(): Promise<KeySet> {
    const { reading } = this.#keys;
    if (reading !== undefined) await settledWithin(reading, KEYS_WAIT_MAX_MS);
    const { current } = this.#keys;
    if (current === undefined) throw new TokenKeysUnavailable('there are no keys for tokens yet');
    return current;
  }

  async #check(token: string, keys: KeySet): Promise<VerifiedClaims | 'unknown_key'> {
    const check = await checkToken(token, this.#place, keys, this.#clock());
    switch (check.kind) {
      case 'valid':
        this.#verified.remember(token, check.claims, keys);
        return check.claims;
      case 'invalid':
        return undefined;
      case 'unknown_key':
        return 'unknown_key';
      default:
        return check satisfies never;
    }
  }
}
