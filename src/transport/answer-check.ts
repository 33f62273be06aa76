import type {
  CheckCall,
  CheckHandler,
  CheckReply,
  CheckTrace,
  RequestFacts,
  WantedHeaders,
} from '../authz/check-call.ts';
import { MalformedCheck, UnsafeReply } from './codec/codec-fault.ts';
import { decodeCheckRequest } from './codec/decode-check-request.ts';
import { encodeReply, rpcError, type WireAnswer } from './codec/encode-reply.ts';
import { HandlerFailed, type TransportFault } from './transport-fault.ts';

export interface CheckAnswerer {
  readonly handler: CheckHandler;
  /**
   * The headers that the handler can read under the current policies. Called for each check right
   * before the handler, so the policies cannot change in between.
   */
  readonly wanted: () => WantedHeaders;
  /** Called for each fault in the transport that kept a check from a verdict. Must not throw. */
  readonly onError: (fault: TransportFault) => void;
}

/** The caller of a check, as the transport sees it. */
export interface CheckCaller {
  /** The caller has cancelled the call, or its deadline has passed. */
  readonly cancelled: boolean;
  readonly trace?: CheckTrace | undefined;
  /** Takes the answer, once. Must not throw. */
  send(answer: WireAnswer): void;
}

/**
 * Answers CheckRequest bytes with CheckResponse bytes or an RPC error, exactly once. It uses no
 * gRPC library and never throws: a malformed request gets INVALID_ARGUMENT, and a handler that
 * breaks its contract by throwing gets INTERNAL.
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

/** One check as the handler sees it. A second answer is a bug of the handler. */
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
