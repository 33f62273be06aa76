import { TokenKeysUnavailable } from '../../authz/check-faults.ts';
import { presented, proveToken } from '../../authz/prove-credential.ts';
import type { ProofDependencies } from '../../authz/prove-credential.ts';
import { namedSession } from '../../identity/claims/token-session.ts';
import { unverifiedClaims } from '../../identity/claims/unverified-claims.ts';
import { isTokenShape } from '../../identity/credential-shape.ts';
import { identifySource } from '../../identity/identify-source.ts';
import type { NamedSubject } from '../../identity/named-subject.ts';
import { readPlace } from '../../identity/read-place.ts';
import type { JwtPlace } from '../../terms/credential-place.ts';
import type { MalformedCause } from '../../terms/malformed-cause.ts';
import type { RequestFacts } from '../../terms/request-facts.ts';
import type { Source } from '../../terms/source.ts';
import { sampleLine } from '../../terms/source-kind.ts';
import { AdminProblem } from '../wire/problem.ts';

/** A credential as it names a session, and what it proves about its login. */
export interface ReadCredential {
  readonly credential: string;
  readonly startedAtMs: number | undefined;
  /** The subject that a token names. */
  readonly subject: NamedSubject;
}

/**
 * Whether a token must be valid now. `named`: it is enough that it names a session, so that an
 * expired one still finds its own.
 */
export type Validity = 'valid' | 'named';

/**
 * Reads a credential as it would be read on a request: the value of the cookie or of the header, or
 * the bearer token, as the client sends it.
 * @throws {AdminProblem} that repeats nothing of it
 */
export async function readCredential(
  deps: ProofDependencies,
  source: Source,
  text: string,
  validity: Validity,
): Promise<ReadCredential> {
  const facts = requestWith(source, text);
  if (source.place.kind === 'jwt') {
    const token = tokenIn(source.place, facts);
    return validity === 'valid'
      ? validToken(deps, source, token)
      : namedBy(deps, source.place, token);
  }
  const found = identifySource(source, facts);
  if (found.kind === 'found') return presented(found);
  throw malformed(found.kind === 'malformed' ? found.cause : undefined);
}

/** A request that has nothing but the credential. */
function requestWith(source: Source, text: string): RequestFacts {
  // On a request these separate one value from another, so no client can send them in one.
  if (/[;,]/.test(text)) throw malformed(undefined);
  const { place } = source;
  if (place.kind === 'cookie' && text.startsWith(`${place.name}=`)) {
    throw new AdminProblem('malformed_credential', 'give the value of the cookie without its name');
  }
  return {
    method: 'GET',
    scheme: 'https',
    host: '',
    path: '/',
    headers: [sampleLine(place, text)],
    linesJoined: false,
    principal: '',
    context: new Map(),
    jwtMetadata: undefined,
    callBudgetMs: undefined,
  };
}

function tokenIn(place: JwtPlace, facts: RequestFacts): string {
  const reading = readPlace(facts, place);
  if (reading.kind === 'value' && isTokenShape(reading.value)) return reading.value;
  throw malformed(reading.kind === 'malformed' ? reading.cause : 'not_a_token');
}

async function validToken(
  deps: ProofDependencies,
  source: Source,
  token: string,
): Promise<ReadCredential> {
  try {
    const proof = await proveToken(deps, unproven(source, token));
    if (proof.kind === 'proven') return proof;
    throw invalid(proof.cause);
  } catch (error) {
    if (!(error instanceof TokenKeysUnavailable)) throw error;
    const detail = 'the token cannot be verified now; try again in a moment';
    throw new AdminProblem('issuer_unavailable', detail);
  }
}

/** Where Envoy verifies tokens, there is no key here, and the caller vouches for the token. */
function unproven(source: Source, token: string): Parameters<typeof proveToken>[1] {
  const { place } = source;
  const isVerifiedHere = place.kind === 'jwt' && place.verifiedBy.kind === 'curfew';
  if (isVerifiedHere) return { kind: 'token', source, token };
  return { kind: 'payload', source, claims: unverifiedClaims(token) ?? {} };
}

function namedBy(deps: ProofDependencies, place: JwtPlace, token: string): ReadCredential {
  const claims = unverifiedClaims(token) ?? {};
  const session = namedSession({ place, claims, token, hash: deps.hash });
  if (session.kind === 'found') return session;
  throw invalid(session.cause);
}

function invalid(cause: string): AdminProblem {
  return new AdminProblem('invalid_token', `the token is not valid for this source: ${cause}`, {
    cause,
  });
}

function malformed(cause: MalformedCause | undefined): AdminProblem {
  const detail =
    'give the credential as the client sends it: the value of the cookie or of the header, or the ' +
    'token after Bearer';
  return new AdminProblem('malformed_credential', detail, cause === undefined ? {} : { cause });
}
