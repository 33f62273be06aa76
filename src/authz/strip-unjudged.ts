import { stripCredentials } from '../identity/strip-credentials.ts';
import type { JudgedRequest } from '../verdict/judged-request.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { CheckRun } from './check-run.ts';

const NOTHING_TO_STRIP: JudgedRequest['strip'] = { set: [], remove: [] };

/**
 * The credentials that nobody judged: those of sources which the policy does not admit and, when the request passes
 * as nobody, its own too. Observing changes nothing for the application, so it takes nothing away.
 */
export function stripUnjudged({ kind, reason }: Verdict, run: CheckRun): JudgedRequest['strip'] {
  const { policy, otherSources } = run.judging();
  const isNobody = reason === 'session_absent';
  const unjudged = isNobody ? run.policies.sources : otherSources;
  if (unjudged.length === 0 || kind !== 'allow' || reason === 'preflight') return NOTHING_TO_STRIP;
  if (policy.session === 'off' || policy.mode === 'observe') return NOTHING_TO_STRIP;
  return stripCredentials(unjudged, run.facts, isNobody ? undefined : run.source);
}
