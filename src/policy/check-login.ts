import type { RequestFacts } from '../session/request-facts.ts';
import { compilePolicies } from './build-policy.ts';
import type { CompiledPolicies } from './compiled-policy.ts';
import type { DraftFile } from './check-schema.ts';
import { hostMatches, readHost } from './host-name.ts';
import { judgeSelection } from './judge-selection.ts';
import { suggestion } from './nearest-word.ts';
import type { PolicyEntry } from './policy-file.ts';
import type { PathStep, Report } from './problem.ts';

const PLACEHOLDERS = ['return_to', 'reason', 'max_age'];
const ABSOLUTE = /^https?:\/\/[^/?#\\]+/i;

/** Where a browser is sent to log in exists, is meant, and is not behind the very lock that sends it there. */
export function checkLogin(draft: DraftFile, report: Report, warn: Report): void {
  const whole = draft.policies.filter((entry) => entry !== undefined);
  // Without one of the policies the file's own selection would be another one.
  const complete = whole.length === draft.policies.length && whole.at(-1)?.match === undefined;
  const paths = draft.settings.ambiguous_paths ?? 'strictest';
  const compiled = complete && whole.length > 0 ? compilePolicies(whole, [], paths) : undefined;
  draft.policies.forEach((entry, i) => {
    if (entry?.login_url === undefined) return;
    const path = ['policies', i, 'login_url'];
    const url = checkUrl(entry.login_url, path, report);
    if (url === undefined) return;
    if (url.protocol === 'http:' && !/^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)) {
      warn(path, 'a login without TLS: use https');
    }
    if (compiled !== undefined) checkGuard(url, path, { compiled, entries: whole }, report);
  });
}

function checkUrl(written: string, path: readonly PathStep[], report: Report): URL | undefined {
  for (const [, placeholder = ''] of written.matchAll(/\{([^{}]*)\}/g)) {
    if (PLACEHOLDERS.includes(placeholder)) continue;
    report(
      path,
      `does not know {${placeholder.slice(0, 64)}}`,
      suggestion(placeholder, PLACEHOLDERS),
    );
  }
  const origin = ABSOLUTE.exec(written)?.[0];
  const filled = written.replaceAll(/\{[^{}]*\}/g, 'x');
  const url = URL.parse(filled);
  if (origin === undefined || url === null) {
    report(
      path,
      'must be an absolute http or https URL',
      'such as https://login.example.com/?rd={return_to}',
    );
    return undefined;
  }
  if (origin.includes('{')) {
    report(path, 'has a placeholder in its host', 'a client could choose where it is sent');
    return undefined;
  }
  if (origin.includes('@')) {
    report(path, 'has user information before its host', 'remove what stands before "@"');
    return undefined;
  }
  return url;
}

function checkGuard(
  url: URL,
  path: readonly PathStep[],
  file: { readonly compiled: CompiledPolicies; readonly entries: readonly PolicyEntry[] },
  report: Report,
): void {
  const host = readHost(url.host).normalised;
  if (!file.entries.some((entry) => namesHost(entry, host))) return;
  const { selection, judging } = judgeSelection(file.compiled, loginRequest(url));
  if (!('policy' in selection) || selection.policy.session !== 'required') return;
  const guards = judging.map(({ policy }) => `"${policy.name}"`).join(', ');
  report(
    path,
    `points at a page that this file guards itself (policy ${guards}): nobody could ever log in`,
    `match ${url.pathname} on ${host} in an earlier policy with session: off`,
  );
}

function namesHost({ match, return_hosts }: PolicyEntry, host: string): boolean {
  const patterns = (match ?? []).flatMap((matcher) =>
    matcher.host === undefined ? [] : [matcher.host],
  );
  return (
    patterns.some((pattern) => hostMatches(readHost(pattern).normalised, host)) ||
    (return_hosts ?? []).some((name) => readHost(name).normalised === host)
  );
}

/** What a browser without a session asks the login page for. */
function loginRequest(url: URL): RequestFacts {
  return {
    method: 'GET',
    scheme: url.protocol.slice(0, -1),
    host: url.host,
    path: `${url.pathname}${url.search}`,
    headers: [],
    linesJoined: false,
    principal: '',
    context: new Map(),
    jwtMetadata: undefined,
    callBudgetMs: undefined,
  };
}
