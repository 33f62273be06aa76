import type { RequestFacts } from '../../../src/terms/request-facts.ts';
import type { CredentialPlace, JwtPlace } from '../../../src/terms/credential-place.ts';
import type { Source } from '../../../src/terms/source.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';

/** A request with these header lines, in the raw form unless said otherwise. */
export function request(
  headers: readonly (readonly [name: string, value: string])[],
  changes: Partial<RequestFacts> = {},
): RequestFacts {
  return {
    method: 'GET',
    scheme: 'https',
    host: 'app.example.com',
    path: '/',
    headers: headers.map(([name, value]) => ({ name, value })),
    linesJoined: false,
    principal: '',
    context: new Map(),
    jwtMetadata: undefined,
    callBudgetMs: undefined,
    ...changes,
  };
}

/** A request with these Cookie lines. */
export function withCookies(...lines: readonly string[]): RequestFacts {
  return request(lines.map((line) => ['cookie', line] as const));
}

/** The same in the map form: Envoy joins the lines with a bare comma. */
export function withJoinedCookies(...lines: readonly string[]): RequestFacts {
  return request([['cookie', lines.join(',')]], { linesJoined: true });
}

export function sourceAt(place: CredentialPlace, changes: Partial<Source> = {}): Source {
  return {
    name: 'web',
    place,
    opening: 'first-use',
    format: 'plain',
    take: undefined,
    subjectHeader: undefined,
    ...changes,
  };
}

export function cookieSource(name: string, changes: Partial<Source> = {}): Source {
  return sourceAt(cookiePlace(name), changes);
}

export function headerSource(name: string, changes: Partial<Source> = {}): Source {
  return sourceAt({ kind: 'header', name }, changes);
}

export function bearerSource(changes: Partial<Source> = {}): Source {
  return sourceAt({ kind: 'bearer' }, changes);
}

export function jwtPlace(changes: Partial<JwtPlace> = {}): JwtPlace {
  return {
    kind: 'jwt',
    in: { kind: 'bearer' },
    issuer: 'https://idp.example.com',
    audiences: ['api'],
    verifiedBy: { kind: 'envoy', metadataKey: 'payload', forwardedHeaders: [] },
    session: { kind: 'claim', claim: 'sid' },
    perLogin: false,
    subjectClaim: undefined,
    leewayMs: 0,
    ...changes,
  };
}
