import {
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import type { CheckCall } from '../authz/check-call.ts';
import { answerCheck, type CheckAnswerer } from './answer-check.ts';
import { rpcError, type WireAnswer } from './encode-reply.ts';
import type { RpcMethod, RpcObserver } from './rpc-observer.ts';
import { SendFailed, TransportOverloaded } from './transport-fault.ts';

export const AUTHORIZATION_SERVICE = 'envoy.service.auth.v3.Authorization';
const CHECK: RpcMethod = { service: AUTHORIZATION_SERVICE, method: 'Check' };

const asIs = (bytes: Buffer): Buffer => bytes;

/** Bytes on both sides: admission comes before decoding, and the library never sees a message. */
export const checkServiceDefinition: ServiceDefinition = {
  Check: {
    path: `/${CHECK.service}/${CHECK.method}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
};

export interface CheckServiceOptions extends CheckAnswerer {
  readonly callsMax: number;
  readonly rpcObserver: RpcObserver;
}

export type CheckMethod = (
  call: ServerUnaryCall<Buffer, Buffer>,
  callback: sendUnaryData<Buffer>,
) => void;

/** The Check method. A call that its caller has given up is dropped before any work, and its answer is never sent. */
export function createCheckMethod(options: CheckServiceOptions): CheckMethod {
  const { callsMax, rpcObserver, onError } = options;
  let open = 0;

  return (call, callback) => {
    const startedAtMs = performance.now();
    rpcObserver.started(CHECK);
    const budgetMs = callBudgetMs(call);
    // After a stall of the event loop the library's timer may still be due.
    if (call.cancelled || (budgetMs !== undefined && budgetMs <= 0)) {
      abandon();
      return;
    }
    if (open >= callsMax) {
      onError(new TransportOverloaded(callsMax));
      send(rpcError('RESOURCE_EXHAUSTED', 'overloaded: too many calls are open'));
      return;
    }
    const answer = answerCheck(options, call.request, new GrpcCheckCall(call), budgetMs);
    if (!(answer instanceof Promise)) {
      send(answer);
      return;
    }
    open += 1;
    void answer.then((late) => {
      open -= 1;
      send(late);
    });

    function send(given: WireAnswer): void {
      if (call.cancelled) {
        abandon();
        return;
      }
      try {
        if (given.kind === 'response') callback(null, given.bytes);
        else callback({ code: status[given.grpcStatus], details: given.message });
      } catch (fault) {
        onError(new SendFailed(fault));
      }
      handled(given.kind === 'response' ? 'OK' : given.grpcStatus);
    }

    function abandon(): void {
      const isOverdue = (callBudgetMs(call) ?? 1) <= 0;
      // Nobody hears it where the caller has hung up, but the library must know that the call is over.
      if (!call.cancelled) callback({ code: status.DEADLINE_EXCEEDED, details: 'too late' });
      handled(isOverdue ? 'DEADLINE_EXCEEDED' : 'CANCELLED');
    }

    function handled(code: string): void {
      rpcObserver.handled(CHECK, code, (performance.now() - startedAtMs) / 1000);
    }
  };
}

/** What is left of the caller's time, `undefined` when it named no deadline. */
function callBudgetMs(call: ServerUnaryCall<Buffer, Buffer>): number | undefined {
  const deadlineAtMs = Number(call.getDeadline());
  return deadlineAtMs === Infinity ? undefined : deadlineAtMs - Date.now();
}

/** The caller's side of a call, without the library behind it. */
class GrpcCheckCall implements CheckCall {
  readonly #call: ServerUnaryCall<Buffer, Buffer>;

  constructor(call: ServerUnaryCall<Buffer, Buffer>) {
    this.#call = call;
  }

  get cancelled(): boolean {
    return this.#call.cancelled;
  }
}
