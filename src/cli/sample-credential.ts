import { identifySource } from '../identity/identify-source.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { CredentialPlace, JwtPlace, Source } from '../session/source.ts';

/** A request with a credential that we made up, and what a token of it would claim. */
export interface SampleRequest {
  readonly facts: RequestFacts;
  readonly claims: Readonly<Record<string, unknown>>;
}

const PARTS = {
  plain: ['11111111111111111111111111111111', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz'],
  hex: ['11111111111111111111111111111111', 'ffffffffffffffffffffffffffffffff'],
  uuid: ['11111111-1111-4111-8111-111111111111', 'ffffffff-ffff-4fff-8fff-ffffffffffff'],
  base64url: ['11111111111111111111111111111111', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz'],
} as const;

/** Puts a credential that this source takes on a request without one; `undefined` if we cannot think of one. */
export function withSampleCredential(
  facts: RequestFacts,
  source: Source,
  nowMs: number,
): SampleRequest | undefined {
  const { place } = source;
  const claims = place.kind === 'jwt' ? claimsFor(place, nowMs) : {};
  const values = place.kind === 'jwt' ? [tokenOf(claims)] : valuesFor(source);
  for (const value of values) {
    const sample = withValue(facts, place, value, claims);
    const { kind } = identifySource(source, sample);
    if (kind === 'found' || kind === 'token' || kind === 'payload')
      return { facts: sample, claims };
  }
  return undefined;
}

/** One that no source takes, whatever its format. */
export function withMalformedCredential(facts: RequestFacts, source: Source): RequestFacts {
  return withValue(facts, source.place, '"\\"', {});
}

function valuesFor({ format, take }: Source): string[] {
  return PARTS[format].map((part) => {
    const before = take?.before === undefined ? '' : `${take.before}rest`;
    return encodeURIComponent(`${take?.after ?? ''}${part}${before}`);
  });
}

function withValue(
  facts: RequestFacts,
  place: CredentialPlace,
  value: string,
  claims: SampleRequest['claims'],
): RequestFacts {
  switch (place.kind) {
    case 'cookie':
      return withHeader(facts, 'cookie', `${place.name}=${value}`);
    case 'header':
      return withHeader(facts, place.name, value);
    case 'bearer':
      return withHeader(facts, 'authorization', `Bearer ${value}`);
    case 'jwt': {
      const carrying = withValue(facts, place.in, value, claims);
      if (place.verifiedBy.kind === 'curfew') return carrying;
      // With the token as Envoy passes it on, and with the payload that jwt_authn would have left.
      return { ...carrying, jwtMetadata: { [place.verifiedBy.metadataKey]: claims } };
    }
    default:
      return place satisfies never;
  }
}

function withHeader(facts: RequestFacts, name: string, value: string): RequestFacts {
  return { ...facts, headers: [...facts.headers, { name, value }] };
}

function claimsFor(place: JwtPlace, nowMs: number): Record<string, unknown> {
  const loginAt = Math.floor(nowMs / 1000);
  return {
    iss: place.issuer,
    aud: place.audiences[0] ?? 'explain',
    jti: 'explain',
    ...(place.session.kind === 'claim' && { [place.session.claim]: 'explain' }),
    iat: loginAt,
    auth_time: loginAt,
  };
}

function tokenOf(claims: object): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.${part('no signature')}`;
}
