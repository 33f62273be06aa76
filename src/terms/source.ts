import type { CredentialPlace } from './credential-place.ts';

/**
 * How the value of a cookie or header must be spelled. Anything else is malformed. `plain` adds
 * nothing to the general rule; `lower` is lower-case letters and digits; `dotted` is parts in
 * base64url with dots between them.
 */
export type CredentialFormat = (typeof CREDENTIAL_FORMATS)[number];

/** Every format, in the order in which pages list them. */
export const CREDENTIAL_FORMATS = [
  'plain',
  'hex',
  'uuid',
  'lower',
  'base64',
  'base64url',
  'dotted',
] as const;

/**
 * Keeps the part of a value that identifies: after the first `after`, before the first `before`
 * that follows it.
 */
export interface CredentialPart {
  readonly after: string | undefined;
  readonly before: string | undefined;
}

/** A configured place where a credential is found, and how sessions come to exist from it. */
export interface Source {
  /** Part of the session key: renaming a source is a new start for its sessions. */
  readonly name: string;
  readonly place: CredentialPlace;
  readonly opening: 'first-use' | 'registered';
  readonly format: CredentialFormat;
  readonly take: CredentialPart | undefined;
  /**
   * The header in which an earlier filter of the proxy names the subject of a request, in lower
   * case. `undefined`: none does. A token names it in a claim.
   */
  readonly subjectHeader: string | undefined;
}
