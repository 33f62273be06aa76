import { buildAllow } from './build-allow.ts';
import { buildDeny } from './denial/build-deny.ts';
import { buildServed } from './denial/build-served.ts';
import type { AllowReply, DenyReply, NoReply } from './check-reply.ts';
import type { JudgedRequest } from './judged-request.ts';
import type { Allow, Deny, NoVerdict, Served } from './verdict.ts';

/** A verdict as an answer to Envoy. */
export function buildReply(
  verdict: Allow | Deny | Served,
  judged: JudgedRequest,
): AllowReply | DenyReply {
  switch (verdict.kind) {
    case 'allow':
      return buildAllow(judged, verdict.reason);
    case 'deny':
      return buildDeny(judged, verdict.reason);
    case 'served':
      return buildServed(judged, verdict.reason);
    default:
      return verdict satisfies never;
  }
}

/** No verdict: the RPC itself fails, Envoy's failure mode decides, and no client is logged out. */
export function noReply({ grpcStatus, message }: NoVerdict): NoReply {
  return { kind: 'none', grpcStatus, message };
}
