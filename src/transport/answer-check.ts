import type {
  CheckCall,
  CheckHandler,
  CheckReply,
  RequestFacts,
  WantedHeaders,
} from '../authz/check-call.ts';
import { decodeCheckRequest } from './decode-check-request.ts';
import { encodeReply, rpcError, type WireAnswer } from './encode-reply.ts';
import { MalformedCheck } from './malformed-check.ts';
import type { TransportFault } from './transport-fault.ts';
import { HandlerFailed } from './transport-fault.ts';
import { UnsafeReply } from './unsafe-reply.ts';

export interface CheckAnswerer {
  readonly handler: CheckHandler;
  /**
   * The headers that the handler can read, by the policies in force. Asked for each check right before the handler is,
   * with nothing in between in which the policies could change.
   */
  readonly wanted: () => WantedHeaders;
  /** Told of each fault that kept a check from its verdict here. Must not throw. */
  readonly onError: (fault: TransportFault) => void;
}

/**
 * CheckRequest bytes in, CheckResponse bytes or an RPC error out. Knows no gRPC library. Never throws, never rejects:
 * bytes that are no question are INVALID_ARGUMENT, and a handler that fails in spite of its contract is INTERNAL.
 */
export function answerCheck(
  { handler, wanted, onError }: CheckAnswerer,
  bytes: Buffer,
  call: CheckCall,
  callBudgetMs: number | undefined,
): WireAnswer | Promise<WireAnswer> {
  let facts: RequestFacts;
  try {
    facts = decodeCheckRequest(bytes, callBudgetMs, wanted());
  } catch (fault) {
    return refused(fault);
  }
  try {
    const reply = handler(facts, call);
    return reply instanceof Promise ? reply.then(encoded, failed).catch(failed) : encoded(reply);
  } catch (fault) {
    return failed(fault);
  }

  function refused(fault: unknown): WireAnswer {
    if (!(fault instanceof MalformedCheck)) return failed(fault);
    onError(fault);
    return rpcError('INVALID_ARGUMENT', `internal_error: ${fault.message}`);
  }

  function encoded(reply: CheckReply): WireAnswer {
    return encodeReply(reply);
  }

  function failed(fault: unknown): WireAnswer {
    const told = fault instanceof UnsafeReply ? fault : new HandlerFailed(fault);
    onError(told);
    return rpcError('INTERNAL', 'internal_error: the check failed, see the log');
  }
}
