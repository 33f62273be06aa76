import type {
  CheckCall,
  CheckHandler,
  CheckReply,
  CheckTrace,
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

/** Who asked, as the wire has it. */
export interface CheckCaller {
  /** It has hung up, or its time is over. */
  readonly cancelled: boolean;
  readonly trace?: CheckTrace | undefined;
  /** Takes the answer, once. Must not throw. */
  send(answer: WireAnswer): void;
}

/**
 * CheckRequest bytes in, CheckResponse bytes or an RPC error out, exactly once. Knows no gRPC library. Never throws: bytes
 * that are no question are INVALID_ARGUMENT, and a handler that fails in spite of its contract is INTERNAL.
 */
export function answerCheck(
  answerer: CheckAnswerer,
  bytes: Buffer,
  callBudgetMs: number | undefined,
  caller: CheckCaller,
): void {
  const check = new AnsweredCheck(answerer, caller);
  let facts: RequestFacts;
  try {
    facts = decodeCheckRequest(bytes, callBudgetMs, answerer.wanted());
  } catch (fault) {
    check.refuse(fault);
    return;
  }
  try {
    answerer.handler(facts, check);
  } catch (fault) {
    check.fail(fault);
  }
}

/** One check as the handler sees it. The first answer counts; whatever comes after it is a fault of the handler. */
class AnsweredCheck implements CheckCall {
  readonly #answerer: CheckAnswerer;
  readonly #caller: CheckCaller;
  #isAnswered = false;

  constructor(answerer: CheckAnswerer, caller: CheckCaller) {
    this.#answerer = answerer;
    this.#caller = caller;
  }

  get cancelled(): boolean {
    return this.#caller.cancelled;
  }

  get trace(): CheckTrace | undefined {
    return this.#caller.trace;
  }

  answer(reply: CheckReply): void {
    if (this.#isAnswered) {
      this.fail(new Error('the check was answered twice'));
      return;
    }
    let answer: WireAnswer;
    try {
      answer = encodeReply(reply);
    } catch (fault) {
      this.fail(fault);
      return;
    }
    this.#send(answer);
  }

  refuse(fault: unknown): void {
    if (!(fault instanceof MalformedCheck)) {
      this.fail(fault);
      return;
    }
    this.#answerer.onError(fault);
    this.#send(rpcError('INVALID_ARGUMENT', `internal_error: ${fault.message}`));
  }

  fail(fault: unknown): void {
    this.#answerer.onError(fault instanceof UnsafeReply ? fault : new HandlerFailed(fault));
    if (!this.#isAnswered) {
      this.#send(rpcError('INTERNAL', 'internal_error: the check failed, see the log'));
    }
  }

  #send(answer: WireAnswer): void {
    this.#isAnswered = true;
    this.#caller.send(answer);
  }
}
