import {
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import type { RpcObserver } from './rpc-observer.ts';

interface HealthRequest {
  readonly service: string;
}
type ServingStatus = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';
interface HealthResponse {
  readonly status: ServingStatus;
}
type Watcher = ServerWritableStream<HealthRequest, HealthResponse>;

const HEALTH = 'grpc.health.v1.Health';

/** `grpc.health.v1`, as the package grpc-health-check defines it. */
export const healthServiceDefinition: ServiceDefinition = service;

/** All services are up or down together. */
export interface HealthService {
  readonly implementation: UntypedServiceImplementation;
  setServing(isServing: boolean): void;
  /** Ends open watches, which would otherwise hold a shutdown up for ever. */
  endWatches(): void;
}

/**
 * Our own implementation of the package's service: the package's one can neither end its watches nor leave the asked
 * name out of its error, and any client may ask for a long one.
 */
export function createHealthService(
  services: readonly string[],
  rpcObserver: RpcObserver,
): HealthService {
  let current: ServingStatus = 'NOT_SERVING';
  const watchers = new Set<Watcher>();

  const statusOf = (name: string): ServingStatus =>
    services.includes(name) ? current : 'SERVICE_UNKNOWN';

  function check(
    call: ServerUnaryCall<HealthRequest, HealthResponse>,
    callback: sendUnaryData<HealthResponse>,
  ): void {
    const done = observed('Check');
    const found = statusOf(call.request.service);
    if (found === 'SERVICE_UNKNOWN') {
      callback({ code: status.NOT_FOUND, details: 'unknown service' });
      done('NOT_FOUND');
    } else {
      callback(null, { status: found });
      done('OK');
    }
  }

  function watch(call: Watcher): void {
    const done = observed('Watch');
    watchers.add(call);
    call.write({ status: statusOf(call.request.service) });
    call.once('cancelled', () => {
      // Told at every end; one that endWatches has brought about is counted there.
      if (watchers.delete(call)) done('CANCELLED');
      else done('UNAVAILABLE');
    });
  }

  function list(_call: unknown, callback: sendUnaryData<unknown>): void {
    const done = observed('List');
    const entries = services.map((name) => [name, { status: statusOf(name) }] as const);
    callback(null, { statuses: Object.fromEntries(entries) });
    done('OK');
  }

  function observed(method: string): (code: string) => void {
    const rpc = { service: HEALTH, method };
    const startedAtMs = performance.now();
    rpcObserver.started(rpc);
    return (code) => {
      rpcObserver.handled(rpc, code, (performance.now() - startedAtMs) / 1000);
    };
  }

  return {
    implementation: { Check: check, Watch: watch, List: list },
    setServing: (isServing) => {
      const next = isServing ? 'SERVING' : 'NOT_SERVING';
      if (next === current) return;
      current = next;
      for (const call of watchers) call.write({ status: statusOf(call.request.service) });
    },
    endWatches: () => {
      for (const call of watchers) {
        watchers.delete(call);
        call.emit('error', { code: status.UNAVAILABLE, details: 'draining' });
      }
    },
  };
}
