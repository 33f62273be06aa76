import { buildAllow } from './build-allow.ts';
import { buildDeny } from './build-deny.ts';
import { buildNoReply } from './build-no-reply.ts';
import type { CheckReply } from './check-reply.ts';
import type { JudgedRequest } from './judged-request.ts';
import type { Verdict } from './verdict.ts';

/** A verdict as the caller is told it. */
export function buildReply(verdict: Verdict, judged: JudgedRequest): CheckReply {
  switch (verdict.kind) {
    case 'allow':
      return buildAllow(judged, verdict.reason);
    case 'deny':
      return buildDeny(judged, verdict.reason);
    case 'none':
      return buildNoReply(verdict.reason);
    default:
      return verdict satisfies never;
  }
}
