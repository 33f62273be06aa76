import { TokenKeysUnavailable } from '../../authz/check-faults.ts';
import type { TokenProof } from '../../authz/token-verifier.ts';
import { AdminProblem } from '../wire/problem.ts';
import type { Actor } from './actor.ts';
import type { AdminTokens } from './admin-tokens.ts';
import type { NamedGrant } from './grant.ts';
import { ssoActor } from './sso-actor.ts';

/** Which callers administration accepts. At least one kind is there. */
export interface Access {
  /** The tokens of the tokens file, as it is now. */
  tokens(): AdminTokens | undefined;
  readonly sso:
    | {
        readonly roleClaim: string;
        /** @throws (or rejects with) `TokenKeysUnavailable` */
        verify(token: string): Promise<TokenProof>;
      }
    | undefined;
  readonly certificates: readonly NamedGrant[] | undefined;
}

/** What a request shows of its caller. */
export interface ShownCredentials {
  /** The lines of the `authorization` header. */
  readonly authorization: readonly string[];
  /** The common name of a certificate that one of the authorities has signed. */
  readonly certificateName: string | undefined;
}

/** RFC 6750 section 2.1; schemes are case-insensitive. */
const BEARER = /^bearer ([A-Za-z0-9\-._~+/]{1,16384}=*)$/i;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Finds out who calls. A bearer token comes before the certificate of the connection, which may be
 * that of a proxy: a token that is not valid is refused whatever the certificate is.
 * @throws {AdminProblem}
 */
export async function authenticate(access: Access, shown: ShownCredentials): Promise<Actor> {
  const [line, ...more] = shown.authorization;
  if (more.length > 0) throw refused('there are several authorization headers; send one');
  if (line !== undefined) return byToken(access, line);
  const { certificateName } = shown;
  if (certificateName === undefined) throw refused('send authorization: Bearer TOKEN');
  const named = access.certificates?.find(({ name }) => name === certificateName);
  if (named === undefined) {
    throw refused('the common name of the certificate has no role; give it one with --admin-role');
  }
  return { name: certificateName, by: 'certificate', grants: [named.grant] };
}

async function byToken({ tokens, sso }: Access, line: string): Promise<Actor> {
  const token = BEARER.exec(line)?.[1];
  if (token === undefined) throw refused('send authorization: Bearer TOKEN');
  const known = tokens()?.find(token);
  if (known !== undefined) return known;
  if (sso === undefined || !JWT.test(token)) throw refused('the token is not valid');
  const proof = await verified(sso, token);
  if (proof.kind === 'invalid') throw refused(`the token is not valid (${proof.cause})`);
  const actor = ssoActor(proof.claims, sso.roleClaim);
  if (actor === undefined) {
    throw new AdminProblem('forbidden', 'the token names no role; check --admin-jwt-role-claim');
  }
  return actor;
}

async function verified(sso: NonNullable<Access['sso']>, token: string): Promise<TokenProof> {
  try {
    return await sso.verify(token);
  } catch (error) {
    if (!(error instanceof TokenKeysUnavailable)) throw error;
    throw new AdminProblem(
      'issuer_unavailable',
      'the token cannot be verified now; try again, or use a token of the tokens file',
    );
  }
}

function refused(detail: string): AdminProblem {
  return new AdminProblem('unauthenticated', detail);
}
