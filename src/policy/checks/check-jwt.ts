import { parseDuration } from '../../terms/duration.ts';
import { isPlainHttp } from '../../terms/plain-http.ts';
import type { JwtEntry } from '../file/policy-file.ts';
import type { Findings } from '../file/problem.ts';
import { findingsBelow } from '../file/problem.ts';
import type { EntryCheck } from '../file/readable-entry.ts';
import { checkCookie } from './check-cookie.ts';

const LEEWAY_MAX_MS = 60_000;

/** The keys of one `jwt` do not contradict each other, and say how tokens are verified. */
export const JWT_CHECKS: readonly EntryCheck<JwtEntry, [Findings]>[] = [
  { reads: ['verified_by', 'jwks_file', 'jwks_uri'], check: checkVerifier },
  { reads: ['jwks_uri', 'justification'], check: checkKeysUrl },
  { reads: ['audience', 'justification', 'jwks_uri'], check: checkJustification },
  { reads: ['header', 'cookie'], check: checkTokenPlace },
  { reads: ['session_claim', 'session_from', 'per_login'], check: checkSessionName },
  { reads: ['leeway'], check: checkLeeway },
];

function checkVerifier(entry: JwtEntry, { problem }: Findings): void {
  if (entry.verified_by === 'envoy') {
    for (const key of ['jwks_file', 'jwks_uri', 'algorithms'] as const) {
      if (entry[key] === undefined) continue;
      problem(
        [key],
        'cannot be combined with verified_by: envoy',
        "set it in Envoy's jwt_authn filter instead",
        'key',
      );
    }
    return;
  }
  for (const key of ['metadata_key', 'forwarded_headers'] as const) {
    if (entry[key] === undefined) continue;
    problem(
      [key],
      'has no effect without verified_by: envoy',
      'remove this key, or add verified_by: envoy',
      'key',
    );
  }
  if (entry.jwks_file === undefined && entry.jwks_uri === undefined) {
    problem(
      [],
      'has no keys to verify tokens with',
      'add jwks_file or jwks_uri, or verified_by: envoy',
    );
  }
  if (entry.jwks_file !== undefined && entry.jwks_uri !== undefined) {
    problem(['jwks_uri'], 'cannot be combined with jwks_file', 'keep one of the two', 'key');
  }
}

function checkKeysUrl(entry: JwtEntry, { problem, assumed, note }: Findings): void {
  if (entry.jwks_uri === undefined || entry.verified_by === 'envoy') return;
  const path = ['jwks_uri'];
  const url = URL.parse(entry.jwks_uri);
  if (url === null) problem(path, 'is not a URL');
  else if (isPlainHttp(url)) {
    if (entry.justification === undefined) {
      assumed(
        path,
        'the keys are not fetched: without TLS, an attacker on the network could replace them and forge tokens',
        'use https, or explain in `justification` why this network is safe',
      );
    } else {
      note(
        path,
        'the keys are fetched without TLS, so an attacker on the network can replace them and forge tokens',
        'use https',
      );
    }
  }
}

function checkJustification(entry: JwtEntry, { problem }: Findings): void {
  const { audience, justification } = entry;
  const isAny = audience === 'any';
  if (isAny && justification === undefined) {
    problem(
      ['audience'],
      'any accepts tokens that were issued for other applications',
      'name the audience, or explain in `justification` why any audience is accepted',
    );
  }
  if (!isAny && justification !== undefined && !fetchesWithoutTls(entry)) {
    problem(
      ['justification'],
      'has no effect: the audience is checked, and no keys are fetched without TLS',
      'remove this key',
      'key',
    );
  }
  if (Array.isArray(audience) && audience.includes('any')) {
    problem(['audience'], 'any cannot be part of a list', 'write audience: any');
  }
}

function fetchesWithoutTls({ jwks_uri: uri, verified_by: verifier }: JwtEntry): boolean {
  const url = uri === undefined || verifier === 'envoy' ? null : URL.parse(uri);
  return url !== null && isPlainHttp(url);
}

function checkTokenPlace({ header, cookie }: JwtEntry, findings: Findings): void {
  const { problem } = findings;
  if (header !== undefined && cookie !== undefined) {
    problem(
      ['cookie'],
      'cannot be combined with header',
      'keep one of the two: the token is in one place',
      'key',
    );
  }
  if (header?.toLowerCase() === 'cookie') {
    problem(['header'], 'cannot be `cookie`', 'use cookie: with the name of the cookie');
  }
  if (cookie !== undefined) checkCookie(cookie, findingsBelow(['cookie'], findings));
}

function checkSessionName(entry: JwtEntry, { problem, assumed, warning }: Findings): void {
  const { session_claim: claim, session_from: from, per_login: perLogin } = entry;
  if (claim !== undefined && from !== undefined) {
    problem(
      ['session_from'],
      'cannot be combined with session_claim',
      'keep one of the two: only one can name the session',
      'key',
    );
  }
  if (from !== undefined || perLogin === true) return;
  const consequence =
    "a session that is over stays over until the provider's own session ends, however often its user signs in";
  if (perLogin === undefined) {
    assumed(
      ['per_login'],
      `is missing, and false is assumed: ${consequence}`,
      'write true if tokens have `auth_time`; write false if they never have it',
    );
  } else {
    warning(
      ['per_login'],
      consequence,
      'write true if tokens have `auth_time`, and have the login ask again (prompt=login or max_age)',
    );
  }
}

function checkLeeway({ leeway }: JwtEntry, { problem }: Findings): void {
  if ((parseDuration(leeway ?? '0s') ?? 0) <= LEEWAY_MAX_MS) return;
  problem(['leeway'], 'is longer than 60s', 'write at most 60s');
}
