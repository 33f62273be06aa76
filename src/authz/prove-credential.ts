import type { Identification } from '../identity/identification.ts';
import { NO_SUBJECT, type NamedSubject } from '../identity/named-subject.ts';
import { tokenSession } from '../identity/claims/token-session.ts';
import type { JwtPlace } from '../terms/credential-place.ts';
import type { InvalidTokenCause } from '../terms/invalid-token-cause.ts';
import type { Source } from '../terms/source.ts';
import type { CheckDependencies } from './check-dependencies.ts';
import type { TokenProof } from './token-verifier.ts';

/**
 * A credential that may name a session: as presented, or derived from a token whose claims are
 * valid.
 */
export interface ProvenCredential {
  readonly kind: 'proven';
  readonly source: Source;
  readonly credential: string;
  /** The login time that it proves, in milliseconds since the epoch. */
  readonly startedAtMs: number | undefined;
  /** The subject that a token names. */
  readonly subject: NamedSubject;
}

/** A credential that is its own proof: the value of a cookie or a header. */
export function presented({
  source,
  credential,
}: Pick<ProvenCredential, 'source' | 'credential'>): ProvenCredential {
  return { kind: 'proven', source, credential, startedAtMs: undefined, subject: NO_SUBJECT };
}

/** A token that names no session. */
export interface InvalidToken {
  readonly kind: 'invalid';
  readonly cause: InvalidTokenCause;
}

/** What proving a token needs. */
export interface ProofDependencies extends Pick<CheckDependencies, 'tokens' | 'hash'> {
  readonly clock: Pick<CheckDependencies['clock'], 'wallMs'>;
}

export type UnprovenToken = Extract<Identification, { kind: 'token' | 'payload' }>;

/**
 * Verifies a token and reads its session. Answers without a promise for tokens seen before.
 * @throws (or rejects with) `TokenKeysUnavailable`
 */
export function proveToken(
  deps: ProofDependencies,
  unproven: UnprovenToken,
): ProvenCredential | InvalidToken | Promise<ProvenCredential | InvalidToken> {
  if (unproven.kind === 'payload') return sessionOf(deps, unproven, unproven.claims);
  const read = (proof: TokenProof): ProvenCredential | InvalidToken =>
    proof.kind === 'verified' ? sessionOf(deps, unproven, proof.claims) : proof;
  const proof = deps.tokens.verify(unproven.source, unproven.token);
  return proof instanceof Promise ? proof.then(read) : read(proof);
}

function sessionOf(
  deps: ProofDependencies,
  unproven: UnprovenToken,
  claims: Readonly<Record<string, unknown>>,
): ProvenCredential | InvalidToken {
  const { source } = unproven;
  const session = tokenSession({
    place: jwtPlace(source),
    claims,
    token: unproven.kind === 'token' ? unproven.token : undefined,
    nowMs: deps.clock.wallMs(),
    hash: deps.hash,
  });
  if (session.kind === 'invalid') return session;
  const { credential, startedAtMs, subject } = session;
  return { kind: 'proven', source, credential, startedAtMs, subject };
}

function jwtPlace(source: Source): JwtPlace {
  if (source.place.kind !== 'jwt') throw new Error(`source ${source.name} does not hold tokens`);
  return source.place;
}
