import type { CookieEntry, JwtEntry, SourceEntry } from './policy-file.ts';
import { parseDuration } from './duration.ts';
import type { Report } from './problem.ts';

const PLACES = ['cookie', 'header', 'bearer', 'jwt'] as const;
const LEEWAY_MAX_MS = 60_000;
/** Headers that are no place for a credential, and why. */
const OTHER_HEADERS: ReadonlyMap<string, string> = new Map([
  ['authorization', 'use bearer: {} for an opaque bearer token, or jwt'],
  ['cookie', 'use cookie: with the name of the cookie'],
  ['set-cookie', 'use cookie: with the name of the cookie'],
  ['host', 'it names the host, not a session'],
  ['session-lifetime', 'Curfew sets it itself'],
]);

/** One source is complete, and none of its keys takes back what another one says. */
export function checkSource(entry: SourceEntry, report: Report, warn: Report): void {
  const places = PLACES.filter((place) => entry[place] !== undefined);
  if (places.length === 0) {
    report([], 'has no place of a credential', 'add one of cookie, header, bearer, jwt');
  }
  for (const place of places.slice(1)) {
    report([place], `contradicts ${places[0] ?? ''}`, 'one source is one place', 'key');
  }
  checkOpening(entry, report);
  if (entry.cookie !== undefined)
    checkCookie(entry.cookie, (path, ...told) => report(['cookie', ...path], ...told));
  if (entry.header !== undefined) {
    const hint = OTHER_HEADERS.get(entry.header.toLowerCase());
    if (hint !== undefined) report(['header'], 'cannot be the header of a credential', hint);
  }
  if (entry.take !== undefined && Object.keys(entry.take).length === 0) {
    report(['take'], 'takes nothing', 'add after, before or both');
  }
  if (entry.jwt === undefined) return;
  for (const key of ['format', 'take'] as const) {
    if (entry[key] !== undefined) report([key], 'does not apply to a jwt', undefined, 'key');
  }
  const below =
    (tell: Report): Report =>
    (path, ...told) =>
      tell(['jwt', ...path], ...told);
  checkJwt(entry.jwt, below(report), below(warn));
}

function checkOpening({ opening, jwt, credential_lifetime }: SourceEntry, report: Report): void {
  if (opening === undefined && jwt === undefined) {
    report(
      ['opening'],
      'is missing',
      'first-use: an unknown credential opens a session; registered: the login service does',
    );
  }
  const onFirstUse = opening === 'first-use' || (opening === undefined && jwt !== undefined);
  if (onFirstUse && credential_lifetime === undefined) {
    report(
      ['credential_lifetime'],
      'is missing',
      'required with first-use: how long the login system might still honour a credential, e.g. 30d',
    );
  }
}

function checkCookie(written: string | CookieEntry, report: Report): void {
  const { name, path, domain } = typeof written === 'string' ? { name: written } : written;
  if (!name.startsWith('__Host-')) return;
  if (path !== undefined && path !== '/')
    report(['path'], 'contradicts __Host-, whose path is "/"');
  if (domain !== undefined)
    report(['domain'], 'contradicts __Host-, which has no domain', undefined, 'key');
}

function checkJwt(entry: JwtEntry, report: Report, warn: Report): void {
  checkKeys(entry, report, warn);
  checkAudience(entry, report);
  if (entry.header !== undefined && entry.cookie !== undefined) {
    report(['cookie'], 'contradicts header', 'the token is in one place', 'key');
  }
  if (entry.header?.toLowerCase() === 'cookie') report(['header'], 'use cookie: with its name');
  if (entry.cookie !== undefined)
    checkCookie(entry.cookie, (path, ...told) => report(['cookie', ...path], ...told));
  if (entry.session_claim !== undefined && entry.session_from !== undefined) {
    report(['session_from'], 'contradicts session_claim', 'one thing names the session', 'key');
  }
  if ((parseDuration(entry.leeway ?? '0s') ?? 0) > LEEWAY_MAX_MS) {
    report(['leeway'], 'is longer than 60s');
  }
}

function checkKeys(entry: JwtEntry, report: Report, warn: Report): void {
  if (entry.verified_by === 'envoy') {
    for (const key of ['jwks_file', 'jwks_uri', 'algorithms'] as const) {
      if (entry[key] !== undefined) {
        report([key], 'contradicts verified_by: envoy', "jwt_authn's own settings say it", 'key');
      }
    }
    return;
  }
  if (entry.metadata_key !== undefined) {
    report(['metadata_key'], 'has no effect without verified_by: envoy', undefined, 'key');
  }
  if (entry.jwks_file === undefined && entry.jwks_uri === undefined) {
    report(
      [],
      'has no keys to verify tokens with',
      'add jwks_file or jwks_uri, or verified_by: envoy',
    );
  }
  if (entry.jwks_file !== undefined && entry.jwks_uri !== undefined) {
    report(['jwks_uri'], 'contradicts jwks_file', 'the keys are in one place', 'key');
  }
  const uri = entry.jwks_uri === undefined ? undefined : URL.parse(entry.jwks_uri);
  if (uri === null) report(['jwks_uri'], 'is not a URL');
  if (uri?.protocol === 'http:' && !/^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(uri.hostname)) {
    warn(
      ['jwks_uri'],
      'the keys come without TLS: whoever changes them on the way can make tokens',
    );
  }
}

function checkAudience({ audience, justification }: JwtEntry, report: Report): void {
  const any = audience === 'any';
  if (any && justification === undefined) {
    report(
      ['audience'],
      'any admits tokens made for other applications',
      'name the audience, or say in `justification` why any will do',
    );
  }
  if (!any && justification !== undefined) {
    report(['justification'], 'justifies nothing: the audience is checked', undefined, 'key');
  }
  if (Array.isArray(audience) && audience.includes('any')) {
    report(['audience'], 'any stands alone', 'write audience: any');
  }
}
