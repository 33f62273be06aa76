import type { DraftFile } from '../file/check-schema.ts';
import type { Findings } from '../file/problem.ts';
import { findingsBelow } from '../file/problem.ts';
import { runChecks } from '../file/readable-entry.ts';
import { checkAdmission } from './check-admission.ts';
import { POLICY_CHECKS } from './check-contradictions.ts';
import { checkEndings } from './check-endings.ts';
import { checkExpiry } from './check-expiry.ts';
import { checkHosts } from './check-hosts.ts';
import { JWT_CHECKS } from './check-jwt.ts';
import { checkLoginPages } from './check-login-pages.ts';
import { checkLoginUrls } from './check-login-url.ts';
import { checkMatchers } from './check-matchers.ts';
import { checkNames } from './check-names.ts';
import { checkPassiveReach } from './check-passive-reach.ts';
import { checkPrefixes } from './check-prefixes.ts';
import { checkReach } from './check-reach.ts';
import { judgeOf } from './page-judge.ts';
import { SOURCE_CHECKS } from './check-source.ts';
import { checkSubjects } from './check-subject.ts';
import { checkStreams } from './check-streams.ts';
import { checkTokens } from './check-tokens.ts';

/** Checks what a file means, as far as it can be read. */
export function checkPolicyFile(draft: DraftFile, findings: Findings): void {
  checkNames(draft, findings.problem);
  draft.readableSources.forEach((source, i) => {
    if (source === undefined) return;
    const here = findingsBelow(['sources', i], findings);
    runChecks(SOURCE_CHECKS, source, here);
    if (source.jwt !== undefined) runChecks(JWT_CHECKS, source.jwt, findingsBelow(['jwt'], here));
  });
  draft.readablePolicies.forEach((policy, i) => {
    if (policy === undefined) return;
    const here = findingsBelow(['policies', i], findings);
    runChecks(POLICY_CHECKS, policy, here);
    checkMatchers(policy, draft.settings.ambiguous_paths ?? 'strictest', here);
  });
  checkReach(draft, findings);
  checkPrefixes(draft, findings);
  checkPassiveReach(draft, findings);
  checkHosts(draft, findings);
  checkAdmission(draft, findings);
  checkTokens(draft, findings);
  checkSubjects(draft, findings);
  checkExpiry(draft, findings);
  const judge = judgeOf(draft);
  checkLoginUrls(draft, judge, findings);
  checkLoginPages(draft, judge, findings);
  checkEndings(draft, judge, findings);
  checkStreams(draft, findings);
}
