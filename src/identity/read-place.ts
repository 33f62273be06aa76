import type { RequestFacts } from '../session/request-facts.ts';
import type { CredentialPlace } from '../session/source.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';
import { readBearer } from './read-bearer.ts';
import { readCookie } from './read-cookie.ts';
import { readHeader } from './read-header.ts';
import type { Reading } from './reading.ts';

/** Reads what stands at a source's place, well-formed or not. */
export function readPlace(
  facts: RequestFacts,
  place: CredentialPlace,
  bytesMax: number = IDENTITY_LIMITS.credentialBytesMax,
): Reading {
  switch (place.kind) {
    case 'cookie':
      return readCookie(facts, place.name, bytesMax);
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
