export interface CookiePlace {
  readonly kind: 'cookie';
  readonly name: string;
  /** The application sets the cookie with these attributes. Clearing it needs the same. */
  readonly path: string;
  readonly domain: string | undefined;
  readonly sameSite: 'lax' | 'strict' | 'none';
  readonly partitioned: boolean;
  /**
   * `any`: a cookie whose name differs only by case is an occurrence of this one, because some
   * servers read it so. `exact`: it is another cookie.
   */
  readonly nameCase: 'any' | 'exact';
  /**
   * Cookies such as `NAME.0`, in which logins keep a large value. `refuse`: they are malformed,
   * because applications join whatever the client sends. `ignore`: they are other cookies.
   */
  readonly pieces: 'refuse' | 'ignore';
  /** Names of cookies that are removed and cleared together with this one. */
  readonly clearWith: readonly string[];
  /** The name of a path parameter that the application reads as this cookie: `jsessionid`. */
  readonly pathParameter: string | undefined;
  /**
   * The cookies of all other sources of the file. None of these names is another case or a piece of
   * this one.
   */
  readonly otherCookies: ReadonlySet<string>;
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

/** A JWT in a header (by default `authorization`, as a bearer token) or a cookie. */
export interface JwtPlace {
  readonly kind: 'jwt';
  readonly in: BytesPlace;
  readonly issuer: string;
  /** One of these must be in `aud`. Empty: the file says `audience: any` with a justification. */
  readonly audiences: readonly string[];
  /**
   * What verifies the signature: Curfew with `keys`, or Envoy's jwt_authn filter before the check
   * (`metadataKey` = its payload_in_metadata).
   */
  readonly verifiedBy:
    | { readonly kind: 'curfew'; readonly keys: JwtKeys; readonly algorithms: readonly string[] }
    | {
        readonly kind: 'envoy';
        readonly metadataKey: string;
        /**
         * The headers that jwt_authn adds to the request, in lower case. They are removed with the
         * credential.
         */
        readonly forwardedHeaders: readonly string[];
      };
  /**
   * What names the session within the issuer. A claim is looked for by its exact name first, then as
   * a path: `ext.sid`.
   */
  readonly session:
    | { readonly kind: 'claim'; readonly claim: string }
    | { readonly kind: 'jti' }
    | { readonly kind: 'hash' };
  /** If true, `auth_time` is part of the session's name: a new login is a new session. */
  readonly perLogin: boolean;
  /** The claim that names the subject, looked for like that of the session; `undefined`: none does. */
  readonly subjectClaim: string | undefined;
  /** Tolerance for `exp` and `nbf`, at most 60 000. */
  readonly leewayMs: number;
}

export type JwtKeys =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'uri';
      readonly uri: string;
      /**
       * Whether keys may be fetched from another machine without TLS: only if the file has a
       * justification for it. On this machine they always may.
       */
      readonly plainHttp: 'refused' | 'accepted';
    };

/** A place in a request that holds the bytes of a credential itself. */
export type BytesPlace = CookiePlace | HeaderPlace | BearerPlace;

/** Where a source looks for its credential. */
export type CredentialPlace = BytesPlace | JwtPlace;

/** The place that holds the bytes of the credential: for a JWT the place of the token. */
export function bytesOf(place: CredentialPlace): BytesPlace {
  switch (place.kind) {
    case 'cookie':
    case 'header':
    case 'bearer':
      return place;
    case 'jwt':
      return place.in;
    default:
      return place satisfies never;
  }
}

/** The name of the request header that holds the bytes of the credential, in lower case. */
export function headerNameOf(place: CredentialPlace): string {
  const bytes = bytesOf(place);
  switch (bytes.kind) {
    case 'cookie':
      return 'cookie';
    case 'header':
      return bytes.name;
    case 'bearer':
      return 'authorization';
    default:
      return bytes satisfies never;
  }
}
