import type { CredentialPlace } from '../terms/credential-place.ts';
import { oneHeaderLine } from '../terms/header-lines.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import { credentialValue } from './credential-value.ts';
import { ABSENT, AMBIGUOUS, malformed, type Reading } from './identification.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';
import { readCookie } from './read-cookie.ts';

/** Reads what is at a source's place, well-formed or not. */
export function readPlace(
  facts: RequestFacts,
  place: CredentialPlace,
  bytesMax: number = IDENTITY_LIMITS.credentialBytesMax,
): Reading {
  switch (place.kind) {
    case 'cookie':
      return readCookie(facts, place, bytesMax);
    case 'header':
      return readHeader(facts, place.name, bytesMax);
    case 'bearer':
      return readBearer(facts, bytesMax);
    case 'jwt':
      return readPlace(facts, place.in, IDENTITY_LIMITS.tokenBytesMax);
    default:
      return place satisfies never;
  }
}

/**
 * Reads a header whose whole value is the credential. A comma is ambiguous: it may be the seam of
 * two lines.
 */
function readHeader(facts: RequestFacts, name: string, bytesMax: number): Reading {
  const found = oneHeaderLine(facts, name);
  if (found.kind !== 'line') return found;
  return found.sent.includes(',') ? AMBIGUOUS : credentialValue(found.sent, bytesMax);
}

/** RFC 6750 section 2.1; schemes are case-insensitive (RFC 9110 section 11.1). */
const ONE_TOKEN = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i;
const NO_TOKEN = /^bearer *$/i;
const LIKE_BEARER = /^\s*bearer/i;
/**
 * A scheme with parameters. A lone word is not a scheme: many applications take it for the token.
 */
const SCHEME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ ./;
const BEARER_SOMEWHERE = /(?:^|[^A-Za-z0-9])bearer(?![A-Za-z0-9])/i;

/**
 * Reads the token of `Authorization: Bearer`. Another scheme is not a credential of ours. It is
 * ambiguous if it contains the word as well: an application that searches for the word would find a
 * token there.
 */
export function readBearer(facts: RequestFacts, bytesMax: number): Reading {
  const found = oneHeaderLine(facts, 'authorization');
  if (found.kind !== 'line') return found;
  const { sent } = found;
  const token = ONE_TOKEN.exec(sent)?.[1];
  if (token !== undefined) {
    return token.length > bytesMax
      ? malformed('too_long')
      : { kind: 'value', value: token, sent: token };
  }
  if (NO_TOKEN.test(sent)) return ABSENT;
  if (isOtherScheme(sent)) return BEARER_SOMEWHERE.test(sent) ? AMBIGUOUS : ABSENT;
  return sent.includes(',') ? AMBIGUOUS : malformed('not_bearer');
}

/**
 * `Bearer:x` and `Bearerx` are not other schemes: applications read tokens from them by cutting
 * seven characters.
 */
function isOtherScheme(sent: string): boolean {
  return !LIKE_BEARER.test(sent) && SCHEME.test(sent);
}
