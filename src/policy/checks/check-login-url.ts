import { isPlainHttp } from '../../terms/plain-http.ts';
import { suggestion } from '../../terms/nearest-word.ts';
import type { DraftFile } from '../file/check-schema.ts';
import type { Findings, PathStep, Report } from '../file/problem.ts';
import { readHost } from '../selection/readings/read-host.ts';
import type { PageJudge } from './page-judge.ts';

const PLACEHOLDERS = ['return_to', 'reason', 'max_age'];
const ABSOLUTE = /^https?:\/\/[^/?#\\]+/i;

/** Every `login_url` is a URL that a browser without a session can reach. */
export function checkLoginUrls(
  draft: DraftFile,
  judge: PageJudge | undefined,
  findings: Findings,
): void {
  draft.readablePolicies.forEach((policy, i) => {
    const written = policy?.entry.login_url;
    if (written === undefined) return;
    const path = ['policies', i, 'login_url'];
    const url = checkUrl(written, path, findings.problem);
    if (url === undefined) return;
    if (isPlainHttp(url)) {
      findings.warning(path, 'the login page is not protected by TLS', 'use https');
    }
    if (judge !== undefined) checkPage(url, path, judge, findings);
  });
}

function checkUrl(written: string, path: readonly PathStep[], report: Report): URL | undefined {
  for (const [, placeholder = ''] of written.matchAll(/\{([^{}]*)\}/g)) {
    if (PLACEHOLDERS.includes(placeholder)) continue;
    report(
      path,
      `has an unknown placeholder {${placeholder.slice(0, 64)}}`,
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
    report(
      path,
      'has a placeholder in the host, so a client could choose where browsers are sent',
      'write the host in full',
    );
    return undefined;
  }
  if (origin.includes('@')) {
    report(path, 'has a user name before the host', 'remove everything up to the "@"');
    return undefined;
  }
  return url;
}

/** A login page must be reached without a session, and take a dead credential off its requests. */
function checkPage(
  url: URL,
  path: readonly PathStep[],
  judge: PageJudge,
  { problem, assumed, warning }: Findings,
): void {
  const judged = judge.page(url);
  if (judged === undefined) return;
  const { session, names } = judged;
  if (session === 'login' || session === 'optional') return;
  const host = readHost(url.host).normalised;
  const hint = `add an earlier policy with session: login that matches ${url.pathname} on ${host}`;
  if (session === 'off') {
    warning(
      path,
      `leads to a page with session: off (policy ${names}): the login gets the credential of an ended session, may keep it, and then its user is refused for ever`,
      'write session: login there',
    );
  } else if (session === 'ends') {
    warning(
      path,
      `leads to a page that ends sessions (policy ${names}), if this proxy serves ${host}`,
      hint,
    );
  } else if (judge.namesHost(host)) {
    // Earlier versions read fewer paths as doubtful.
    const report = judged.isDoubtful ? assumed : problem;
    report(
      path,
      `leads to a page that needs a session itself (policy ${names}), so no user could ever log in`,
      hint,
    );
  } else {
    warning(
      path,
      `leads to a page that would need a session itself (policy ${names}) if this proxy serves ${host}: no user could log in there`,
      hint,
    );
  }
}
