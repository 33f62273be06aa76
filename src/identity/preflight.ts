import type { RequestFacts } from '../session/request-facts.ts';
import type { CredentialPlace, Source } from '../session/source.ts';
import { readPlace } from './read-place.ts';

/** Whether a request is a CORS preflight (Fetch standard: OPTIONS, Origin, Access-Control-Request-Method). */
export function isPreflight(facts: RequestFacts): boolean {
  if (facts.method !== 'OPTIONS') return false;
  return hasHeader(facts, 'origin') && hasHeader(facts, 'access-control-request-method');
}

/** Whether a request carries a credential of any of these sources, well-formed or not. Browsers send preflights without. */
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

function hasHeader(facts: RequestFacts, name: string): boolean {
  return facts.headers.some((header) => header.name === name);
}
