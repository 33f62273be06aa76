import { hasHeader } from '../terms/header-lines.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { CredentialPlace } from '../terms/credential-place.ts';
import type { Source } from '../terms/source.ts';
import { readPlace } from './read-place.ts';

/**
 * Whether a request is a CORS preflight (Fetch standard: OPTIONS, Origin,
 * Access-Control-Request-Method).
 */
export function isPreflight(facts: RequestFacts): boolean {
  if (facts.method !== 'OPTIONS') return false;
  return hasHeader(facts, 'origin') && hasHeader(facts, 'access-control-request-method');
}

/**
 * Whether a request carries a credential of any of these sources, well-formed or not. A browser's
 * preflight carries none.
 */
export function carriesCredential(sources: readonly Source[], facts: RequestFacts): boolean {
  return sources.some(
    ({ place }) => readPlace(facts, place).kind !== 'absent' || hasVerifiedPayload(place, facts),
  );
}

function hasVerifiedPayload(place: CredentialPlace, facts: RequestFacts): boolean {
  if (place.kind !== 'jwt' || place.verifiedBy.kind !== 'envoy') return false;
  return (
    facts.jwtMetadata !== undefined &&
    Object.hasOwn(facts.jwtMetadata, place.verifiedBy.metadataKey)
  );
}
