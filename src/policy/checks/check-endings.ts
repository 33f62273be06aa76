import { sessionOf } from '../build/build-policy.ts';
import type { DraftFile, ReadablePolicy } from '../file/check-schema.ts';
import type { MatcherEntry } from '../file/policy-file.ts';
import { findingsBelow, type Findings } from '../file/problem.ts';
import type { PageJudge } from './page-judge.ts';
import { isWide } from './wide-matcher.ts';

/** Policies that end sessions are for calls that sign out, and nothing else reaches them. */
export function checkEndings(
  { readablePolicies }: DraftFile,
  judge: PageJudge | undefined,
  findings: Findings,
): void {
  readablePolicies.forEach((policy, i) => {
    if (policy === undefined || policy.broken.has('ends_session')) return;
    if (sessionOf(policy.entry) !== 'ends') return;
    checkScope(policy, findingsBelow(['policies', i], findings));
    policy.match.forEach((matcher, j) => {
      if (matcher === undefined) return;
      checkMatcher(matcher, judge, findingsBelow(['policies', i, 'match', j], findings));
    });
  });
}

const LIST = 'match only the calls that sign out, such as { path: /logout, methods: [POST] }';

function checkScope({ entry, broken }: ReadablePolicy, { problem }: Findings): void {
  if (entry.match !== undefined || entry.by_name === true || broken.has('match')) return;
  if (broken.has('by_name')) return;
  problem([], 'would end the session of each request that no earlier policy matches', LIST);
}

function checkMatcher(
  matcher: MatcherEntry,
  judge: PageJudge | undefined,
  { warning }: Findings,
): void {
  if (isWide(matcher)) {
    warning([], 'covers pages that people use, and each request for one ends their session', LIST);
  }
  // A listed GET admits HEAD, too. HEAD alone is sent by no tab and no link.
  if (matcher.methods?.includes('GET') !== false) {
    warning(
      [],
      'matches GET, so a restored tab or a link within the site ends the session',
      'write methods: [POST], if the application can sign out with POST alone',
    );
  }
  const judged = judge?.matched(matcher);
  if (judged?.isDoubtful !== true) return;
  warning(
    ['path'],
    `is a path that servers read in different ways, so a request for it is also judged by policy ${judged.names}, which may deny it`,
    '`curfew explain` shows the readings',
  );
}
