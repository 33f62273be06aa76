import { bytesOf } from '../terms/credential-place.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { Source } from '../terms/source.ts';
import { pathParameters } from './path-parameter.ts';
import { queryTokens, verifiedPayload } from './second-token.ts';

/**
 * Whether a credential of a source is in the path or the query of a request: in the path
 * parameter that the source names, or as a token that jwt_authn has verified.
 */
export function isInTarget({ place }: Source, facts: RequestFacts): boolean {
  const bytes = bytesOf(place);
  if (bytes.kind === 'cookie' && pathParameters(facts, bytes).length > 0) return true;
  if (place.kind !== 'jwt' || place.verifiedBy.kind !== 'envoy') return false;
  const payload = verifiedPayload(facts, place.verifiedBy.metadataKey);
  return payload !== undefined && queryTokens(facts, place).length > 0;
}
