import { SOURCE_KINDS } from '../../terms/source-kind.ts';
import { parseDuration } from '../../terms/duration.ts';
import type { SourceEntry } from '../file/policy-file.ts';
import type { Findings } from '../file/problem.ts';
import { findingsBelow } from '../file/problem.ts';
import type { EntryCheck } from '../file/readable-entry.ts';
import { checkCookie } from './check-cookie.ts';
import { checkKnownCookie } from './check-known-cookie.ts';
import { checkSubject } from './check-subject.ts';

/** Headers that a source cannot read, and what to do instead. */
const OTHER_HEADERS: ReadonlyMap<string, string> = new Map([
  ['authorization', 'use bearer: {} for an opaque bearer token, or jwt'],
  ['cookie', 'use cookie: with the name of the cookie'],
  ['set-cookie', 'use cookie: with the name of the cookie'],
  ['host', 'name another header: this one names a host, not a session'],
  ['session-lifetime', 'name another header: Curfew sets this one itself'],
]);

/** Keys that say how a cookie is read. */
const COOKIE_KEYS = ['pieces', 'case', 'clear_with', 'path_parameter'] as const;
const ESCAPE = /%[0-9a-f]{2}/i;

/** One source is complete, and its keys do not contradict each other. */
export const SOURCE_CHECKS: readonly EntryCheck<SourceEntry, [Findings]>[] = [
  { reads: SOURCE_KINDS, check: checkPlace },
  { reads: ['opening', 'jwt', 'credential_lifetime'], check: checkOpening },
  { reads: ['cookie'], check: checkCookiePlace },
  { reads: ['cookie', 'jwt'], check: checkCookieKeys },
  { reads: ['cookie', 'opening', 'format', 'take'], check: checkKnownCookie },
  { reads: ['header'], check: checkHeader },
  { reads: ['jwt'], check: checkTokenKeys },
  { reads: ['take'], check: checkTake },
  { reads: ['subject', 'jwt', 'header'], check: checkSubject },
  { reads: ['touch_interval'], check: checkTouchInterval },
];

function checkPlace(entry: SourceEntry, { problem }: Findings): void {
  const [first, ...others] = SOURCE_KINDS.filter((kind) => entry[kind] !== undefined);
  if (first === undefined) {
    problem([], 'does not say where the credential is', `add one of ${SOURCE_KINDS.join(', ')}`);
  }
  for (const kind of others) {
    problem(
      [kind],
      `cannot be combined with ${first}`,
      'keep one of the two: a source reads one place',
      'key',
    );
  }
}

function checkOpening(entry: SourceEntry, { problem }: Findings): void {
  const { opening, jwt, credential_lifetime: lifetime } = entry;
  if (opening === undefined && jwt === undefined) {
    problem(
      ['opening'],
      'is missing',
      'write first-use if an unknown credential starts a session, registered if the login service registers it',
    );
  }
  const onFirstUse = opening === 'first-use' || (opening === undefined && jwt !== undefined);
  if (onFirstUse && lifetime === undefined) {
    problem(
      ['credential_lifetime'],
      'is missing',
      'required with first-use: write how long the login system may still accept a credential, such as 30d',
    );
  }
}

function checkCookiePlace({ cookie }: SourceEntry, findings: Findings): void {
  if (cookie !== undefined) checkCookie(cookie, findingsBelow(['cookie'], findings));
}

function checkCookieKeys(entry: SourceEntry, { problem }: Findings): void {
  const cookie = entry.cookie ?? entry.jwt?.cookie;
  if (cookie === undefined) {
    for (const key of COOKIE_KEYS) {
      if (entry[key] !== undefined) problem([key], 'is only for cookies', 'remove this key', 'key');
    }
    return;
  }
  const own = typeof cookie === 'string' ? cookie : cookie.name;
  entry.clear_with?.forEach((name, i) => {
    const path = ['clear_with', i];
    if (name === own) problem(path, 'is the cookie of this source itself', 'remove it');
    else if (entry.clear_with?.indexOf(name) !== i) {
      problem(path, `names "${name}" twice`, 'remove one of the two');
    }
  });
}

function checkHeader({ header }: SourceEntry, { problem, warning }: Findings): void {
  const name = header?.toLowerCase() ?? '';
  const hint = OTHER_HEADERS.get(name);
  if (hint !== undefined) problem(['header'], 'this header cannot hold a credential', hint);
  if (name === 'mcp-session-id') {
    warning(
      ['header'],
      'names a connection, not a login: clients call without it first, and newer ones never send it',
      'use the bearer token or the jwt of the client',
    );
  }
}

function checkTokenKeys(entry: SourceEntry, { problem }: Findings): void {
  if (entry.jwt === undefined) return;
  for (const key of ['format', 'take'] as const) {
    if (entry[key] !== undefined)
      problem([key], 'does not apply to a jwt', 'remove this key', 'key');
  }
}

function checkTake({ take }: SourceEntry, { problem, assumed }: Findings): void {
  if (take === undefined) return;
  if (Object.keys(take).length === 0) problem(['take'], 'is empty', 'add after, before or both');
  for (const key of ['after', 'before'] as const) {
    const delimiter = take[key];
    if (delimiter === undefined || !ESCAPE.test(delimiter)) continue;
    assumed(
      ['take', key],
      'has an escape, but it is looked for in the decoded value, so every credential is malformed',
      `write it decoded: ${decoded(delimiter)}`,
    );
  }
}

function checkTouchInterval(entry: SourceEntry, { note }: Findings): void {
  if (entry.touch_interval === undefined || parseDuration(entry.touch_interval) !== 0) return;
  note(
    ['touch_interval'],
    'every request that counts as activity writes to the store, so leases answer none of them',
    'remove this key if a session may end early by a tenth of its idle timeout',
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
