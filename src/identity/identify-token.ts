import type { JwtPlace } from '../terms/credential-place.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { Source } from '../terms/source.ts';
import { isTokenShape } from './credential-shape.ts';
import { ABSENT, type Identification } from './identification.ts';
import { readPlace } from './read-place.ts';
import { areTokensOf, queryTokens, verifiedPayload } from './second-token.ts';

/** What a source of tokens says about a request. */
export function identifyToken(
  source: Source,
  place: JwtPlace,
  facts: RequestFacts,
): Identification {
  const reading = readPlace(facts, place);
  switch (reading.kind) {
    case 'absent':
      return identifyPresented(source, place, facts, undefined);
    case 'malformed':
      return { kind: 'malformed', source, cause: reading.cause };
    case 'value':
      return isTokenShape(reading.value)
        ? identifyPresented(source, place, facts, reading.value)
        : { kind: 'malformed', source, cause: 'not_a_token' };
    case 'ambiguous':
    // A cookie with several tokens: which of them is the session's shows only after verification.
    case 'values':
      return { kind: 'ambiguous', source };
    default:
      return reading satisfies never;
  }
}

/** @param token what stands at the source's place */
function identifyPresented(
  source: Source,
  place: JwtPlace,
  facts: RequestFacts,
  token: string | undefined,
): Identification {
  switch (place.verifiedBy.kind) {
    case 'curfew':
      return token === undefined ? ABSENT : { kind: 'token', source, token };
    case 'envoy': {
      const claims = verifiedPayload(facts, place.verifiedBy.metadataKey);
      if (claims !== undefined) {
        const tokens = queryTokens(facts, place);
        const all = token === undefined ? tokens : [token, ...tokens];
        const isOne = areTokensOf(all, claims);
        return isOne ? { kind: 'payload', source, claims } : { kind: 'ambiguous', source };
      }
      // Envoy let the token pass without verifying it, so it proves nothing. Empty claims make it
      // an invalid token.
      return token === undefined ? ABSENT : { kind: 'payload', source, claims: {} };
    }
    default:
      return place.verifiedBy satisfies never;
  }
}
