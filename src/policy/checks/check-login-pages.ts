import { readsSessions, sessionOf } from '../build/build-policy.ts';
import type { DraftFile, ReadablePolicy } from '../file/check-schema.ts';
import type { Findings, PathStep } from '../file/problem.ts';
import type { PageJudge } from './page-judge.ts';
import { isWide } from './wide-matcher.ts';

/** Policies for logins are for logins alone, and what a login page loads opens no session. */
export function checkLoginPages(
  draft: DraftFile,
  judge: PageJudge | undefined,
  findings: Findings,
): void {
  draft.readablePolicies.forEach((policy, i) => {
    if (policy === undefined || policy.broken.has('session')) return;
    if (sessionOf(policy.entry) === 'login') checkScope(policy, ['policies', i], findings);
  });
  if (judge !== undefined) checkFavicon(draft, judge, findings);
}

function checkScope(
  { entry, broken, match }: ReadablePolicy,
  here: readonly PathStep[],
  { warning }: Findings,
): void {
  const message =
    'covers pages that people use while they are logged in: these need no session then, and are never activity';
  const hint = 'match only the pages and calls of the login, its callbacks included';
  if (entry.match === undefined && entry.by_name !== true && !broken.has('match')) {
    warning(here, message, hint);
  }
  match.forEach((matcher, i) => {
    if (matcher === undefined || !isWide(matcher)) return;
    warning([...here, 'match', i], message, hint);
  });
}

/** A browser asks for it on every page, the login's among them, with the cookie of a login begun. */
function checkFavicon(draft: DraftFile, judge: PageJudge, { warning }: Findings): void {
  const hasLogin = draft.policies.some(
    (entry) =>
      entry !== undefined && (entry.login_url !== undefined || sessionOf(entry) === 'login'),
  );
  if (!hasLogin) return;
  const opening = draft.sources.flatMap((source) =>
    source?.cookie !== undefined && source.opening === 'first-use' ? [source.name] : [],
  );
  const page = judge.page(new URL(`https://${hostOfLogin(draft)}/favicon.ico`));
  if (page === undefined || !readsSessions(page.session)) return;
  if (!opening.some((name) => page.sources.has(name))) return;
  warning(
    ['policies', page.place],
    '/favicon.ico is judged here, so the login page opens a session before the login',
    'add { path: /favicon.ico } to an earlier policy with session: off, with all that a login page loads',
  );
}

/** The host of the login, if the file names one. */
function hostOfLogin({ policies }: DraftFile): string {
  for (const entry of policies) {
    if (entry === undefined || sessionOf(entry) !== 'login') continue;
    const host = entry.match?.find((matcher) => matcher.host?.startsWith('*') === false)?.host;
    if (host !== undefined) return host;
  }
  const written = policies.find((entry) => entry?.login_url !== undefined)?.login_url ?? '';
  return URL.parse(written.replaceAll(/\{[^{}]*\}/g, 'x'))?.host ?? 'host.invalid';
}
