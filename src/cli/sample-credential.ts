import { identifySource } from '../identity/identify-source.ts';
import type { CredentialPlace, JwtPlace } from '../terms/credential-place.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { Source } from '../terms/source.ts';
import { sampleLine } from '../terms/source-kind.ts';

/** A request with an invented credential, and what a token in it would claim. */
export interface SampleRequest {
  readonly facts: RequestFacts;
  readonly claims: Readonly<Record<string, unknown>>;
}

const PARTS = {
  plain: ['11111111111111111111111111111111', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz'],
  hex: ['11111111111111111111111111111111', 'ffffffffffffffffffffffffffffffff'],
  uuid: ['11111111-1111-4111-8111-111111111111', 'ffffffff-ffff-4fff-8fff-ffffffffffff'],
  lower: ['11111111111111111111111111111111', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz'],
  base64: ['11111111111111111111111111111111', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz'],
  base64url: ['11111111111111111111111111111111', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz'],
  dotted: ['1111111111111111.1111', 'zzzzzzzzzzzzzzzz.zzzz'],
} as const;

/** Adds a credential that this source accepts to a request without one; `undefined` if none of our samples fits. */
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

/** Adds a credential that no source accepts, whatever its format. */
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
  const carrying = { ...facts, headers: [...facts.headers, sampleLine(place, value)] };
  if (place.kind !== 'jwt') return carrying;
  const { verifiedBy } = place;
  switch (verifiedBy.kind) {
    case 'curfew':
      return carrying;
    case 'envoy':
      // With the token as Envoy passes it on, and with the payload that jwt_authn would have left.
      return { ...carrying, jwtMetadata: { [verifiedBy.metadataKey]: claims } };
    default:
      return verifiedBy satisfies never;
  }
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
