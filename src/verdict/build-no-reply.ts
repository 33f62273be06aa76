import type { NoReply } from './check-reply.ts';
import type { NoVerdictReason } from './verdict.ts';

/** No verdict: the RPC itself fails, Envoy's failure mode rules, and nobody is logged out. */
export function buildNoReply(reason: NoVerdictReason): NoReply {
  switch (reason) {
    case 'store_unavailable':
      return none('UNAVAILABLE', `${reason}: the session store did not answer in time`);
    case 'overloaded':
      return none('RESOURCE_EXHAUSTED', `${reason}: a configured limit is reached`);
    case 'internal_error':
      return none('INTERNAL', `${reason}: see the log of the replica that answered`);
    default:
      return reason satisfies never;
  }
}

function none(grpcStatus: NoReply['grpcStatus'], message: string): NoReply {
  return { kind: 'none', grpcStatus, message };
}
