import type { RequestFacts } from '../session/request-facts.ts';
import { headerLine } from './header-line.ts';
import { ABSENT, AMBIGUOUS, MALFORMED, type Reading } from './reading.ts';

/** RFC 6750 section 2.1; schemes are case-insensitive (RFC 9110 section 11.1). */
const ONE_TOKEN = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i;
const NO_TOKEN = /^bearer *$/i;
const LIKE_BEARER = /^\s*bearer/i;
/** A scheme with parameters. A lone word is none: many applications take it for the token. */
const SCHEME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ ./;
const BEARER_SOMEWHERE = /(?:^|[^A-Za-z0-9])bearer(?![A-Za-z0-9])/i;

/**
 * Reads the token of `Authorization: Bearer`. Other schemes are no credential of ours, unless the word stands in them
 * somewhere too: an application that searches for it would find a token there.
 */
export function readBearer(facts: RequestFacts, bytesMax: number): Reading {
  const found = headerLine(facts, 'authorization');
  if (found.kind !== 'line') return found;
  const { sent } = found;
  const token = ONE_TOKEN.exec(sent)?.[1];
  if (token !== undefined) {
    return token.length > bytesMax ? MALFORMED : { kind: 'value', value: token };
  }
  if (NO_TOKEN.test(sent)) return ABSENT;
  if (isOtherScheme(sent)) return BEARER_SOMEWHERE.test(sent) ? AMBIGUOUS : ABSENT;
  return sent.includes(',') ? AMBIGUOUS : MALFORMED;
}

/** `Bearer:x` and `Bearerx` are no other schemes: applications read tokens from them by cutting seven characters. */
function isOtherScheme(sent: string): boolean {
  return !LIKE_BEARER.test(sent) && SCHEME.test(sent);
}
