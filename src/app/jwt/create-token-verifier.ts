import type { TokenVerifier, VerifiedClaims } from '../../authz/token-verifier.ts';
import type { JwtKeys, JwtPlace, Source } from '../../session/source.ts';
import { type OriginOptions, keyOrigin } from './key-origin.ts';
import { SourceVerifier } from './source-verifier.ts';
import type { TokenEvent } from './token-event.ts';
import { TokenKeys } from './token-keys.ts';

/** Rotated keys are published long before they are used; withdrawn ones should be forgotten within minutes. */
const REFRESH_MS = 5 * 60_000;

export interface TokenVerifierOptions {
  readonly sources: readonly Source[];
  /** Wall clock, milliseconds: for `exp` and `nbf`. */
  readonly clock: () => number;
  readonly onEvent: (event: TokenEvent) => void;
  readonly fetch?: typeof globalThis.fetch;
  /** Between two looks at a key set behind a URL. */
  readonly refreshMs?: number;
}

/** Verifies JWTs, and keeps the keys for it fresh. */
export interface RunningTokenVerifier extends TokenVerifier {
  /** After a reload of the file: loads new key sets, keeps those still named, lets go of the others. */
  useSources(sources: readonly Source[]): void;
  /** When every key set has been tried once, with success or without. */
  firstTried(): Promise<void>;
  /** Releases watchers and timers. */
  close(): void;
}

/** Starts to load the keys of all `jwt` sources that Curfew itself verifies. */
export function createTokenVerifier(options: TokenVerifierOptions): RunningTokenVerifier {
  const verifier = new KeyedTokenVerifier(options);
  verifier.useSources(options.sources);
  return verifier;
}

class KeyedTokenVerifier implements RunningTokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #origins: OriginOptions;
  /** Two sources with one issuer share its keys. */
  #keySets = new Map<string, TokenKeys>();
  /** By what a place says, so that a reload keeps what is known of unchanged sources. */
  #verifiers = new Map<string, SourceVerifier>();
  #bySource = new WeakMap<Source, SourceVerifier>();

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.#origins = {
      fetch: options.fetch ?? globalThis.fetch,
      refreshMs: options.refreshMs ?? REFRESH_MS,
    };
  }

  verify(source: Source, token: string): VerifiedClaims | Promise<VerifiedClaims> {
    const verifier =
      this.#bySource.get(source) ?? this.#adopt(source, this.#keySets, this.#verifiers);
    if (verifier === undefined) throw new Error(`source ${source.name} holds no tokens for us`);
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

  /** The verifier of a source; `undefined` when Curfew verifies nothing there. */
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
    const verifier = known ?? new SourceVerifier(place, keys, this.#options.clock);
    inUse.set(name, verifier);
    return verifier;
  }
}
