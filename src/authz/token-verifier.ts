import type { Source } from '../session/source.ts';

/** The claims of a token whose signature, algorithm, issuer, audience and times hold; or `undefined`: invalid. */
export type VerifiedClaims = Readonly<Record<string, unknown>> | undefined;

/** The verifier could not get the keys: nobody's fault but ours, hence no verdict. */
export class TokenKeysUnavailable extends Error {
  readonly code = 'ERR_TOKEN_KEYS_UNAVAILABLE';
  constructor(message: string) {
    super(message);
    this.name = 'TokenKeysUnavailable';
  }
}

/** Verifies JWTs of one source. Answers at once for tokens seen before. */
export interface TokenVerifier {
  /** @throws (or rejects with) {@link TokenKeysUnavailable} */
  verify(source: Source, token: string): VerifiedClaims | Promise<VerifiedClaims>;
}
