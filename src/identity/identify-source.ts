import type { RequestFacts } from '../terms/request-facts.ts';
import type { Source } from '../terms/source.ts';
import { inFormat, takePart, type Shaped } from './credential-shape.ts';
import type { CookieValue, Identification, ReadValue } from './identification.ts';
import { identifyToken } from './identify-token.ts';
import { IDENTITY_LIMITS } from './identity-limits.ts';
import { readPlace } from './read-place.ts';

/** What one source says about a request. */
export function identifySource(source: Source, facts: RequestFacts): Identification {
  const { place } = source;
  if (place.kind === 'jwt') return identifyToken(source, place, facts);
  const reading = readPlace(facts, place);
  switch (reading.kind) {
    case 'absent':
      return reading;
    case 'ambiguous':
      return { kind: 'ambiguous', source };
    case 'malformed':
      return { kind: 'malformed', source, cause: reading.cause };
    case 'value':
      return identifyValue(source, reading.value);
    case 'values':
      return identifyValues(source, reading);
    default:
      return reading satisfies never;
  }
}

function identifyValue(source: Source, value: string): Identification {
  // Most sources take values as they are.
  if (source.format === 'plain' && source.take === undefined) {
    return { kind: 'found', source, credential: value };
  }
  const shaped = credentialIn(source, value);
  return shaped.kind === 'value'
    ? { kind: 'found', source, credential: shaped.value }
    : { kind: 'malformed', source, cause: shaped.cause };
}

/** The credential in a value that was read at the source's place: what `take` keeps, in its format. */
export function credentialIn({ take, format }: Source, value: string): Shaped {
  if (take === undefined) return inFormat(value, format);
  const part = takePart(value, take);
  return part.kind === 'value' ? inFormat(part.value, format) : part;
}

/**
 * Several values of one cookie. The path cannot be changed, so a value there that differs from the
 * cookie's is ambiguous.
 */
function identifyValues(
  source: Source,
  { values, isInPath }: { readonly values: readonly ReadValue[]; readonly isInPath: boolean },
): Identification {
  const found = new Map<string, CookieValue>();
  for (const { value, sent } of values) {
    const shaped = credentialIn(source, value);
    if (shaped.kind === 'malformed') return { kind: 'malformed', source, cause: shaped.cause };
    const credential = shaped.value;
    if (!found.has(credential)) found.set(credential, { credential, sent });
  }
  const [first] = found.keys();
  if (first !== undefined && found.size === 1) return { kind: 'found', source, credential: first };
  if (isInPath || found.size > IDENTITY_LIMITS.valuesMax) return { kind: 'ambiguous', source };
  return { kind: 'several', source, values: [...found.values()] };
}
