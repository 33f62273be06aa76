import type { VerdictMetadata } from './check-reply.ts';
import type { JudgedRequest } from './judged-request.ts';
import type { Reason } from './reason.ts';
import { remainingSeconds } from './session-lifetime.ts';

/** What the access log gets: the true reason, configured names, the tag, and never a credential. */
export function verdictMetadata(
  verdict: VerdictMetadata['verdict'],
  reason: Reason,
  judged: JudgedRequest,
): VerdictMetadata {
  const { policy, clocks } = judged;
  const remaining = clocks === undefined ? undefined : remainingSeconds(clocks, policy);
  return {
    verdict,
    reason,
    policy: policy.name,
    mode: policy.mode,
    source: judged.source?.name,
    session: judged.tag,
    idle_remaining_s: remaining?.idle,
    absolute_remaining_s: remaining?.absolute,
  };
}
