import type { InvalidTokenCause } from '../terms/invalid-token-cause.ts';
import type { MalformedCause } from '../terms/malformed-cause.ts';
import type { Source } from '../terms/source.ts';
import type { NamedSubject } from './named-subject.ts';

/** One value of a credential, before `take` and `format` are applied. */
export interface ReadValue {
  /** Non-empty, percent-decoded, without quotes around it, only characters that a credential may have. */
  readonly value: string;
  readonly sent: string;
}

/** What one place of a request holds, before `take` and `format` are applied. */
export type Reading =
  | typeof ABSENT
  | { readonly kind: 'malformed'; readonly cause: MalformedCause }
  | typeof AMBIGUOUS
  | ({ readonly kind: 'value' } & ReadValue)
  /** A cookie with several values, all different. */
  | {
      readonly kind: 'values';
      readonly values: readonly ReadValue[];
      /** One of them is in the path. */
      readonly isInPath: boolean;
    };

export const ABSENT: { readonly kind: 'absent' } = { kind: 'absent' };
export const AMBIGUOUS: { readonly kind: 'ambiguous' } = { kind: 'ambiguous' };

/** A credential that cannot be taken as one. */
export function malformed(cause: MalformedCause): {
  readonly kind: 'malformed';
  readonly cause: MalformedCause;
} {
  return { kind: 'malformed', cause };
}

/** One of several different credentials that one cookie has. */
export interface CookieValue {
  readonly credential: string;
  /** Its first spelling on the request. */
  readonly sent: string;
}

/** Whose session a request belongs to, as far as the request alone shows it. */
export type Identification =
  | { readonly kind: 'found'; readonly source: Source; readonly credential: string }
  /**
   * Two to four different values of one cookie, in the order in which they were sent. The
   * application chooses one of them, so each must be judged.
   */
  | {
      readonly kind: 'several';
      readonly source: Source;
      readonly values: readonly CookieValue[];
    }
  /** A token whose signature has to be verified first (jwt sources verified by Curfew). */
  | { readonly kind: 'token'; readonly source: Source; readonly token: string }
  /** The payload that Envoy's jwt_authn has verified. Its claims are not checked yet. */
  | {
      readonly kind: 'payload';
      readonly source: Source;
      readonly claims: Readonly<Record<string, unknown>>;
    }
  | typeof ABSENT
  | { readonly kind: 'malformed'; readonly source: Source; readonly cause: MalformedCause }
  /** Without a source: two sources have found something. */
  | { readonly kind: 'ambiguous'; readonly source: Source | undefined };

/** What the claims of a verified token say about the session. */
export type TokenSession =
  | {
      readonly kind: 'found';
      /**
       * Canonical text of issuer, session claim and (per login) `auth_time`; input of the session
       * key.
       */
      readonly credential: string;
      /** `auth_time`, else `iat`, in milliseconds; the store clamps it to its now. */
      readonly startedAtMs: number | undefined;
      readonly subject: NamedSubject;
    }
  | { readonly kind: 'invalid'; readonly cause: InvalidTokenCause };
