import type { Source } from '../session/source.ts';

/** Whose session a request belongs to, as far as the request alone tells. */
export type Identification =
  | { readonly kind: 'found'; readonly source: Source; readonly credential: string }
  /** A token whose signature has to be verified first (jwt sources verified by Curfew). */
  | { readonly kind: 'token'; readonly source: Source; readonly token: string }
  /** The payload that Envoy's jwt_authn has verified; its claims are still to be checked. */
  | {
      readonly kind: 'payload';
      readonly source: Source;
      readonly claims: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed'; readonly source: Source }
  | { readonly kind: 'ambiguous' };

/** What the claims of a verified token say about the session. */
export type TokenSession =
  | {
      readonly kind: 'found';
      /** Canonical text of issuer, session claim and (per login) `auth_time`; input of the session key. */
      readonly credential: string;
      /** `auth_time`, else `iat`, in milliseconds; the store clamps it to its now. */
      readonly startedAtMs: number | undefined;
    }
  | { readonly kind: 'invalid' };
