import type { TokenProof, TokenVerifier } from '../authz/token-verifier.ts';
import type { JwtKeys, JwtPlace } from '../terms/credential-place.ts';
import type { Source } from '../terms/source.ts';
import { type OriginOptions, keyOrigin } from './key-origin.ts';
import { SourceVerifier } from './source-verifier.ts';
import { TokenKeys } from './token-keys.ts';
import type { TokenObserver } from './token-observer.ts';

/**
 * Issuers publish new keys long before they use them. Withdrawn keys must be forgotten within
 * minutes.
 */
const REFRESH_MS = 5 * 60_000;

export interface TokenVerifierOptions {
  readonly sources: readonly Source[];
  /** The wall clock in milliseconds since the epoch, for `exp` and `nbf`. */
  readonly clock: () => number;
  readonly observer: TokenObserver;
  readonly fetch?: typeof globalThis.fetch;
  /** Between two readings of a key set that is fetched from a URL. */
  readonly refreshMs?: number;
  /** How long a token waits for keys. By default a part of what a check has. */
  readonly keysWaitMaxMs?: number;
}

/** Verifies JWTs, and keeps the keys for it fresh. */
export interface RunningTokenVerifier extends TokenVerifier {
  /** After a reload of the policy file: loads new key sets and forgets those no longer named. */
  useSources(sources: readonly Source[]): void;
  /** Resolves when the first reading of every key set has ended, whether it succeeded or not. */
  firstTried(): Promise<void>;
  /** Releases watchers and timers. */
  close(): void;
}

/** Starts to load the keys of all `jwt` sources whose tokens Curfew verifies itself. */
export function createTokenVerifier(options: TokenVerifierOptions): RunningTokenVerifier {
  const verifier = new KeyedTokenVerifier(options);
  verifier.useSources(options.sources);
  return verifier;
}

class KeyedTokenVerifier implements RunningTokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #origins: OriginOptions;
  /** Sources with the same issuer share its keys. */
  #keySets = new Map<string, TokenKeys>();
  /** By the content of a place, so that a reload keeps the verified tokens of unchanged sources. */
  #verifiers = new Map<string, SourceVerifier>();
  #bySource = new WeakMap<Source, SourceVerifier>();

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.#origins = {
      fetch: options.fetch ?? globalThis.fetch,
      refreshMs: options.refreshMs ?? REFRESH_MS,
    };
  }

  verify(source: Source, token: string): TokenProof | Promise<TokenProof> {
    const verifier =
      this.#bySource.get(source) ?? this.#adopt(source, this.#keySets, this.#verifiers);
    if (verifier === undefined)
      throw new Error(`source ${source.name} has no tokens that Curfew verifies`);
    return verifier.verify(token);
  }

  useSources(sources: readonly Source[]): void {
    const keySets = new Map<string, TokenKeys>();
    const verifiers = new Map<string, SourceVerifier>();
    for (const source of sources) this.#adopt(source, keySets, verifiers);
    for (const [name, keys] of this.#keySets) if (!keySets.has(name)) keys.close();
    this.#keySets = keySets;
    this.#verifiers = verifiers;
  }

  async firstTried(): Promise<void> {
    await Promise.all([...this.#keySets.values()].map((keys) => Promise.resolve(keys.reading)));
  }

  close(): void {
    for (const keys of this.#keySets.values()) keys.close();
  }

  /** The verifier of a source; `undefined` if Curfew does not verify its tokens. */
  #adopt(
    source: Source,
    keySets: Map<string, TokenKeys>,
    verifiers: Map<string, SourceVerifier>,
  ): SourceVerifier | undefined {
    const { place } = source;
    if (place.kind !== 'jwt' || place.verifiedBy.kind !== 'curfew') return undefined;
    const keys = this.#keysFor(place.verifiedBy.keys, keySets);
    const verifier = this.#verifierFor(place, keys, verifiers);
    this.#bySource.set(source, verifier);
    return verifier;
  }

  #keysFor(where: JwtKeys, inUse: Map<string, TokenKeys>): TokenKeys {
    const name = JSON.stringify(where);
    const known = inUse.get(name) ?? this.#keySets.get(name);
    const keys = known ?? new TokenKeys(keyOrigin(where, this.#origins), this.#options);
    inUse.set(name, keys);
    return keys;
  }

  #verifierFor(
    place: JwtPlace,
    keys: TokenKeys,
    inUse: Map<string, SourceVerifier>,
  ): SourceVerifier {
    const name = JSON.stringify(place);
    const known = inUse.get(name) ?? this.#verifiers.get(name);
    const verifier = known ?? new SourceVerifier(place, keys, this.#options);
    inUse.set(name, verifier);
    return verifier;
  }
}
