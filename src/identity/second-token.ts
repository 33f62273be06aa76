import type { JwtPlace } from '../terms/credential-place.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import { isTokenShape } from './credential-shape.ts';
import { isClaims, unverifiedClaims } from './claims/unverified-claims.ts';
import { percentDecode } from './credential-text.ts';

/** The members of a token's payload. */
type Claims = Readonly<Record<string, unknown>>;

/**
 * Claims that differ between the tokens of different logins. Envoy may rewrite others, such as
 * `scope`.
 */
const DISTINGUISHING = ['iss', 'sub', 'sid', 'jti', 'iat', 'exp', 'auth_time'];
/** Where jwt_authn looks by default, besides `Authorization` (RFC 6750 section 2.3). */
const QUERY_PARAMETER = 'access_token';

/** The claims that jwt_authn has put under this key of its metadata. */
export function verifiedPayload(facts: RequestFacts, key: string): Claims | undefined {
  const metadata = facts.jwtMetadata;
  if (metadata === undefined || !Object.hasOwn(metadata, key)) return undefined;
  const payload = metadata[key];
  return isClaims(payload) ? payload : {};
}

/** The tokens of the source's issuer in the query, in the parameter where jwt_authn looks by default. */
export function queryTokens(facts: RequestFacts, { issuer }: JwtPlace): readonly string[] {
  const queryAt = facts.path.indexOf('?');
  if (queryAt === -1) return [];
  return facts.path
    .slice(queryAt + 1)
    .split('&')
    .flatMap((pair) => valueOfParameter(pair, QUERY_PARAMETER) ?? [])
    .filter((token) => isTokenShape(token) && unverifiedClaims(token)?.['iss'] === issuer);
}

function valueOfParameter(pair: string, name: string): string | undefined {
  const equals = pair.indexOf('=');
  if (equals === -1 || percentDecode(pair.slice(0, equals)) !== name) return undefined;
  return percentDecode(pair.slice(equals + 1));
}

/**
 * Whether all tokens on a request are the one that has these verified claims. jwt_authn verifies the
 * tokens of all places and keeps the claims of one, so another token has not been judged.
 */
export function areTokensOf(tokens: readonly string[], claims: Claims): boolean {
  return tokens.every((token) => {
    const own = unverifiedClaims(token);
    return (
      own !== undefined &&
      DISTINGUISHING.every((name) => valueIn(own, name) === valueIn(claims, name))
    );
  });
}

/** Anything but text and numbers counts as missing. */
function valueIn(claims: Claims, name: string): string | number | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}
