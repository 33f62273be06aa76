import type { InvalidTokenCause } from '../terms/invalid-token-cause.ts';
import type { Source } from '../terms/source.ts';

/** What the signature of a token proves. */
export type TokenProof =
  | {
      readonly kind: 'verified';
      /**
       * The claims that a session is read from. Signature, algorithm, issuer, audience and times
       * are valid.
       */
      readonly claims: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'invalid'; readonly cause: InvalidTokenCause };

/** Verifies JWTs. Answers without a promise for tokens seen before. */
export interface TokenVerifier {
  /**
   * @throws (or rejects with) `TokenKeysUnavailable` when newer keys, which cannot be had now, may
   * verify the token
   */
  verify(source: Source, token: string): TokenProof | Promise<TokenProof>;
}
