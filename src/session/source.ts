/** How the value of a cookie or header must be spelled; anything else is malformed. `plain` is the general rule alone. */
export type CredentialFormat = 'plain' | 'hex' | 'uuid' | 'base64url';

/** Keys on the part of a value that identifies: after the first `after`, before the first `before` behind it. */
export interface CredentialPart {
  readonly after: string | undefined;
  readonly before: string | undefined;
}

export interface CookiePlace {
  readonly kind: 'cookie';
  /** Case-sensitive. */
  readonly name: string;
  /** Attributes with which the application sets it: clearing it needs the same. */
  readonly path: string;
  readonly domain: string | undefined;
}

export interface HeaderPlace {
  readonly kind: 'header';
  /** Lower case. */
  readonly name: string;
}

/** `Authorization: Bearer` with exactly one RFC 6750 token. */
export interface BearerPlace {
  readonly kind: 'bearer';
}

/** A JWT in a header (default `authorization`, as a bearer) or a cookie. */
export interface JwtPlace {
  readonly kind: 'jwt';
  readonly in: CookiePlace | HeaderPlace | BearerPlace;
  readonly issuer: string;
  /** Any of these must be in `aud`; empty = the file says `audience: any` with a justification. */
  readonly audiences: readonly string[];
  /** Who verifies the signature: Curfew with `keys`, or Envoy's jwt_authn filter before us (`metadataKey` = its payload_in_metadata). */
  readonly verifiedBy:
    | { readonly kind: 'curfew'; readonly keys: JwtKeys; readonly algorithms: readonly string[] }
    | { readonly kind: 'envoy'; readonly metadataKey: string };
  /** What names the session within the issuer. */
  readonly session:
    | { readonly kind: 'claim'; readonly claim: string }
    | { readonly kind: 'jti' }
    | { readonly kind: 'hash' };
  /** With true, `auth_time` is part of the session's name: a new login is a new session. */
  readonly perLogin: boolean;
  /** Tolerance for `exp` and `nbf`, at most 60 000. */
  readonly leewayMs: number;
}

export type JwtKeys =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'uri'; readonly uri: string };

export type CredentialPlace = CookiePlace | HeaderPlace | BearerPlace | JwtPlace;

/** A configured place where a credential is found, and how sessions come to exist from it. */
export interface Source {
  /** Part of the session key: renaming a source is a new start for its sessions. */
  readonly name: string;
  readonly place: CredentialPlace;
  readonly opening: 'first-use' | 'registered';
  readonly format: CredentialFormat;
  readonly take: CredentialPart | undefined;
}
