import { StoreOverloaded, StoreUnavailable } from '../session/session-store.ts';
import type { NoReply } from '../verdict/check-reply.ts';
import type { NoVerdictReason } from '../verdict/verdict.ts';
import { CheckAbandoned, CheckOverloaded } from './check-overloaded.ts';
import { ServerKeysIncomplete } from './server-keys-incomplete.ts';
import { TokenKeysUnavailable } from './token-verifier.ts';

/** A fault as the caller is told it: never a verdict. */
export interface FaultAnswer {
  readonly reason: NoVerdictReason;
  readonly grpcStatus: NoReply['grpcStatus'];
  /** The reason and words of ours for the operator; an unforeseen error's own text stays in the log. */
  readonly message: string;
}

/** Which of our own faults kept us from a verdict. Anything unforeseen is a bug. */
export function faultAnswer(fault: Error): FaultAnswer {
  if (fault instanceof StoreUnavailable) {
    return told('store_unavailable', 'UNAVAILABLE', fault);
  }
  if (
    fault instanceof StoreOverloaded ||
    fault instanceof CheckOverloaded ||
    fault instanceof CheckAbandoned
  ) {
    return told('overloaded', 'RESOURCE_EXHAUSTED', fault);
  }
  if (fault instanceof TokenKeysUnavailable || fault instanceof ServerKeysIncomplete) {
    return told('internal_error', 'UNAVAILABLE', fault);
  }
  if (fault instanceof UnknownPolicyNamed) return told('internal_error', 'INVALID_ARGUMENT', fault);
  return { reason: 'internal_error', grpcStatus: 'INTERNAL', message: 'internal_error' };
}

/** The route names a policy that the file does not have, or does not offer by name. */
export class UnknownPolicyNamed extends Error {
  readonly code = 'ERR_UNKNOWN_POLICY_NAMED';
  constructor() {
    super('context_extensions "curfew-policy" names no policy that has by_name: true');
    this.name = 'UnknownPolicyNamed';
  }
}

function told(
  reason: NoVerdictReason,
  grpcStatus: NoReply['grpcStatus'],
  fault: Error,
): FaultAnswer {
  return { reason, grpcStatus, message: `${reason}: ${fault.message}` };
}
