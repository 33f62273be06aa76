import {
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import type { CheckTrace } from '../../authz/check-call.ts';
import { DEADLINE_OVER } from '../../http2/streams/grpc-status.ts';
import { answerCheck, type CheckCaller } from '../answer-check.ts';
import { CHECK, CHECK_PATH, type CheckServiceOptions } from '../check-method.ts';
import { rpcError, type WireAnswer } from '../codec/encode-reply.ts';
import { SendFailed, TransportOverloaded } from '../transport-fault.ts';

const asIs = (bytes: Buffer): Buffer => bytes;

/** Bytes on both sides: calls are limited before decoding, and the library never sees a message. */
export const checkServiceDefinition: ServiceDefinition = {
  Check: {
    path: CHECK_PATH,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
};

export type CheckMethod = (
  call: ServerUnaryCall<Buffer, Buffer>,
  callback: sendUnaryData<Buffer>,
) => void;

/**
 * The Check method. A call that was cancelled before its work begins gets no work and no answer.
 *
 * Work begins in the next phase of the event loop, when everything that has arrived is read: after
 * a pause of this process a call and its cancellation can lie in the same packet, and the library
 * reports the cancellation only then.
 */
export function createCheckMethod(options: CheckServiceOptions): CheckMethod {
  let open = 0;
  return (call, callback) => {
    open += 1;
    const isTooMany = open > options.callsMax;
    const pending = new PendingCheck(options, call, callback, () => {
      open -= 1;
    });
    setImmediate(() => {
      if (isTooMany) pending.refuse();
      else pending.work();
    });
  };
}

/** One call of Check from its arrival to its end. It ends exactly once. */
class PendingCheck implements CheckCaller {
  readonly trace: CheckTrace | undefined;
  readonly #options: CheckServiceOptions;
  readonly #call: ServerUnaryCall<Buffer, Buffer>;
  readonly #callback: sendUnaryData<Buffer>;
  readonly #ended: () => void;
  readonly #startedAtMs: number;

  constructor(
    options: CheckServiceOptions,
    call: ServerUnaryCall<Buffer, Buffer>,
    callback: sendUnaryData<Buffer>,
    ended: () => void,
  ) {
    this.#options = options;
    this.#call = call;
    this.#callback = callback;
    this.#ended = ended;
    this.#startedAtMs = performance.now();
    options.rpcObserver.started(CHECK);
    this.trace = options.tracer?.arrived((name) => headerOf(call, name));
  }

  get cancelled(): boolean {
    return this.#call.cancelled;
  }

  work(): void {
    const budgetMs = callBudgetMs(this.#call);
    if (this.#call.cancelled || (budgetMs !== undefined && budgetMs <= 0)) {
      this.#abandon();
      return;
    }
    answerCheck(this.#options, this.#call.request, budgetMs, this);
  }

  /** Refuses the check without decoding it: too many calls are open. */
  refuse(): void {
    this.#options.onError(new TransportOverloaded(this.#options.callsMax));
    this.send(rpcError('RESOURCE_EXHAUSTED', 'overloaded: too many calls are open'));
  }

  send(answer: WireAnswer): void {
    if (this.#call.cancelled) {
      this.#abandon();
      return;
    }
    try {
      if (answer.kind === 'response') this.#callback(null, Buffer.from(answer.text, 'latin1'));
      else this.#callback({ code: status[answer.grpcStatus], details: answer.message });
    } catch (fault) {
      this.#options.onError(new SendFailed(fault));
    }
    this.#end(answer.kind === 'response' ? 'OK' : answer.grpcStatus);
  }

  #abandon(): void {
    // After a pause of this process the library's own timer may not have fired yet: then the call
    // must be ended here.
    if (!this.#call.cancelled) {
      this.#callback({ code: status.DEADLINE_EXCEEDED, details: DEADLINE_OVER });
    }
    const leftMs = callBudgetMs(this.#call) ?? Infinity;
    this.#end(leftMs <= TIMER_GRAIN_MS ? 'DEADLINE_EXCEEDED' : 'CANCELLED');
  }

  #end(code: string): void {
    this.#ended();
    const seconds = (performance.now() - this.#startedAtMs) / 1000;
    this.#options.rpcObserver.handled(CHECK, code, seconds, this.trace);
  }
}

/** The library's timer may fire this much before the wall clock reaches the deadline. */
const TIMER_GRAIN_MS = 2;

function headerOf(call: ServerUnaryCall<Buffer, Buffer>, name: string): string | undefined {
  const lines = call.metadata.get(name);
  return lines.length === 0 ? undefined : lines.join(',');
}

/** The time left until the caller's deadline; `undefined` if it set none. */
function callBudgetMs(call: ServerUnaryCall<Buffer, Buffer>): number | undefined {
  const deadlineAtMs = Number(call.getDeadline());
  return deadlineAtMs === Infinity ? undefined : deadlineAtMs - Date.now();
}
