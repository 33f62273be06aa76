import { StoreOverloaded, StoreUnavailable } from '../session/session-store.ts';
import type { NoReply } from '../verdict/check-reply.ts';
import { decideFault } from '../verdict/decide.ts';
import type { Allow, NoVerdict } from '../verdict/verdict.ts';
import {
  CheckAbandoned,
  CheckOverloaded,
  ServerKeysIncomplete,
  TokenKeysUnavailable,
  UnknownPolicyNamed,
} from './check-faults.ts';
import type { CheckRun } from './check-run.ts';

/** The answer when even answering the fault has failed. */
export const NO_ANSWER: NoReply = {
  kind: 'none',
  grpcStatus: 'INTERNAL',
  message: 'internal_error',
};

/** Judges a check by what was thrown on its way. */
export function judgeFault(run: CheckRun, thrown: unknown): Allow | NoVerdict {
  const fault =
    thrown instanceof Error ? thrown : new Error('a value that is not an error was thrown');
  run.fault = fault;
  return decideFault(faultAnswer(fault), run.selection?.policy);
}

/**
 * How a fault of ours is answered: never by a verdict. The message is the reason and our own words
 * for the operator. The text of an unforeseen error, which is a bug, stays in the log.
 */
export function faultAnswer(fault: Error): NoVerdict {
  if (fault instanceof StoreUnavailable) {
    return answer('store_unavailable', 'UNAVAILABLE', fault);
  }
  if (
    fault instanceof StoreOverloaded ||
    fault instanceof CheckOverloaded ||
    fault instanceof CheckAbandoned
  ) {
    return answer('overloaded', 'RESOURCE_EXHAUSTED', fault);
  }
  if (fault instanceof TokenKeysUnavailable || fault instanceof ServerKeysIncomplete) {
    return answer('internal_error', 'UNAVAILABLE', fault);
  }
  if (fault instanceof UnknownPolicyNamed) {
    return answer('internal_error', 'INVALID_ARGUMENT', fault);
  }
  return {
    kind: 'none',
    reason: 'internal_error',
    grpcStatus: 'INTERNAL',
    message: 'internal_error',
  };
}

function answer(
  reason: NoVerdict['reason'],
  grpcStatus: NoVerdict['grpcStatus'],
  fault: Error,
): NoVerdict {
  return { kind: 'none', reason, grpcStatus, message: `${reason}: ${fault.message}` };
}
