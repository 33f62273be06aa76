import type { Identification } from '../identity/identification.ts';
import { tokenSession } from '../identity/token-session.ts';
import type { JwtPlace, Source } from '../session/source.ts';
import type { CheckDependencies } from './check-dependencies.ts';
import type { VerifiedClaims } from './token-verifier.ts';

/** A credential that may name a session: as presented, or derived from a token whose claims hold. */
export interface ProvenCredential {
  readonly credential: string;
  /** The login time that it proves, milliseconds since the epoch. */
  readonly startedAtMs: number | undefined;
}

export type UnprovenToken = Extract<Identification, { kind: 'token' | 'payload' }>;

/**
 * Verifies a token and reads its session; `undefined` = invalid token. At once for tokens seen before.
 * @throws (or rejects with) {@link TokenKeysUnavailable}
 */
export function proveToken(
  deps: CheckDependencies,
  unproven: UnprovenToken,
): ProvenCredential | undefined | Promise<ProvenCredential | undefined> {
  const read = (claims: VerifiedClaims): ProvenCredential | undefined =>
    claims === undefined ? undefined : sessionOf(deps, unproven, claims);
  if (unproven.kind === 'payload') return read(unproven.claims);
  const verified = deps.tokens.verify(unproven.source, unproven.token);
  return verified instanceof Promise ? verified.then(read) : read(verified);
}

function sessionOf(
  deps: CheckDependencies,
  unproven: UnprovenToken,
  claims: Readonly<Record<string, unknown>>,
): ProvenCredential | undefined {
  const session = tokenSession({
    place: jwtPlace(unproven.source),
    claims,
    token: unproven.kind === 'token' ? unproven.token : undefined,
    nowMs: deps.clock.wallMs(),
    hash: deps.hash,
  });
  return session.kind === 'found' ? session : undefined;
}

function jwtPlace(source: Source): JwtPlace {
  if (source.place.kind !== 'jwt') throw new Error(`source ${source.name} holds no tokens`);
  return source.place;
}
