import type { RequestFacts } from '../session/request-facts.ts';
import type { JwtPlace, Source } from '../session/source.ts';
import { hasFormat } from './has-format.ts';
import type { Identification } from './identification.ts';
import { isTokenShape } from './is-token-shape.ts';
import { readPlace } from './read-place.ts';
import { ABSENT } from './reading.ts';
import { takePart } from './take-part.ts';

/** What one source says about a request. */
export function identifySource(source: Source, facts: RequestFacts): Identification {
  if (source.place.kind === 'jwt') return identifyToken(source, source.place, facts);
  const reading = readPlace(facts, source.place);
  switch (reading.kind) {
    case 'absent':
    case 'ambiguous':
      return reading;
    case 'malformed':
      return { kind: 'malformed', source };
    case 'value':
      return identifyValue(source, reading.value);
    default:
      return reading satisfies never;
  }
}

function identifyValue(source: Source, value: string): Identification {
  const credential = takePart(value, source.take);
  return credential !== undefined && hasFormat(credential, source.format)
    ? { kind: 'found', source, credential }
    : { kind: 'malformed', source };
}

function identifyToken(source: Source, place: JwtPlace, facts: RequestFacts): Identification {
  const reading = readPlace(facts, place);
  if (reading.kind === 'ambiguous') return reading;
  if (reading.kind === 'malformed') return { kind: 'malformed', source };
  if (reading.kind === 'value' && !isTokenShape(reading.value))
    return { kind: 'malformed', source };
  switch (place.verifiedBy.kind) {
    case 'curfew':
      return reading.kind === 'absent' ? reading : { kind: 'token', source, token: reading.value };
    case 'envoy': {
      const claims = verifiedPayload(facts, place.verifiedBy.metadataKey);
      if (claims !== undefined) return { kind: 'payload', source, claims };
      // A token that Envoy let pass without vouching for it proves nothing: claims that are none are an invalid token.
      return reading.kind === 'absent' ? ABSENT : { kind: 'payload', source, claims: {} };
    }
    default:
      return place.verifiedBy satisfies never;
  }
}

function verifiedPayload(
  facts: RequestFacts,
  key: string,
): Readonly<Record<string, unknown>> | undefined {
  const metadata = facts.jwtMetadata;
  if (metadata === undefined || !Object.hasOwn(metadata, key)) return undefined;
  const payload = metadata[key];
  return isClaims(payload) ? payload : {};
}

function isClaims(payload: unknown): payload is Readonly<Record<string, unknown>> {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload);
}
