import { performance } from 'node:perf_hooks';
import type { CheckTrace } from '../../authz/check-call.ts';
import { DEADLINE_OVER, GRPC_STATUS } from '../../http2/streams/grpc-status.ts';
import type { UnaryCall, UnaryMethod } from '../../http2/streams/unary-call.ts';
import { answerCheck, type CheckCaller } from '../answer-check.ts';
import { CHECK, CHECK_PATH, type CheckServiceOptions } from '../check-method.ts';
import { rpcError, type WireAnswer } from '../codec/encode-reply.ts';
import { TransportOverloaded } from '../transport-fault.ts';

/** The Check method on our own server. */
export function createFastCheck(options: CheckServiceOptions): UnaryMethod {
  const open: OpenCalls = { count: 0 };
  return {
    path: CHECK_PATH,
    headers: options.tracer?.headers ?? [],
    handle: (message, call) => {
      const check = new FastCheck(options, call, open);
      if (open.count > options.callsMax) check.refuse();
      else answerCheck(options, message, check.budgetMs(), check);
    },
  };
}

interface OpenCalls {
  count: number;
}

/** One call of Check from its arrival to its end. It ends exactly once. */
class FastCheck implements CheckCaller {
  readonly trace: CheckTrace | undefined;
  readonly #options: CheckServiceOptions;
  readonly #call: UnaryCall;
  readonly #open: OpenCalls;
  readonly #startedAtMs: number;

  constructor(options: CheckServiceOptions, call: UnaryCall, open: OpenCalls) {
    this.#options = options;
    this.#call = call;
    this.#open = open;
    this.#startedAtMs = performance.now();
    open.count += 1;
    options.rpcObserver.started(CHECK);
    this.trace = options.tracer?.arrived((name) => call.header(name));
  }

  get cancelled(): boolean {
    return this.#call.isOver;
  }

  /** The time left until the caller's deadline; `undefined` if it set none. */
  budgetMs(): number | undefined {
    const { deadlineAtMs } = this.#call;
    return deadlineAtMs === Infinity ? undefined : deadlineAtMs - this.#startedAtMs;
  }

  /** Refuses the check without decoding it: too many calls are open. */
  refuse(): void {
    this.#options.onError(new TransportOverloaded(this.#options.callsMax));
    this.send(rpcError('RESOURCE_EXHAUSTED', 'overloaded: too many calls are open'));
  }

  send(answer: WireAnswer): void {
    const nowMs = performance.now();
    this.#open.count -= 1;
    this.#options.rpcObserver.handled(
      CHECK,
      this.#answer(answer, nowMs),
      (nowMs - this.#startedAtMs) / 1000,
      this.trace,
    );
  }

  /** @returns the name of the gRPC status with which the call has ended */
  #answer(answer: WireAnswer, nowMs: number): string {
    const call = this.#call;
    if (call.isOver) {
      const isOverdue = nowMs >= call.deadlineAtMs;
      call.end(GRPC_STATUS.DEADLINE_EXCEEDED, DEADLINE_OVER);
      return isOverdue ? 'DEADLINE_EXCEEDED' : 'CANCELLED';
    }
    if (answer.kind === 'response') {
      call.reply(answer.text);
      return 'OK';
    }
    call.end(GRPC_STATUS[answer.grpcStatus], answer.message);
    return answer.grpcStatus;
  }
}
