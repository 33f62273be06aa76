import {
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import type { HealthBoard, ServingStatus } from '../health-board.ts';

interface HealthRequest {
  readonly service: string;
}
interface HealthResponse {
  readonly status: ServingStatus;
}
type Watcher = ServerWritableStream<HealthRequest, HealthResponse>;

/** `grpc.health.v1` as the package grpc-health-check defines it. */
export const healthServiceDefinition: ServiceDefinition = service;

/**
 * Our own implementation of the service. The package's own cannot end its watches, and it repeats
 * the requested service name in its error, however long the client made it.
 */
export function healthImplementation(board: HealthBoard): UntypedServiceImplementation {
  function check(
    call: ServerUnaryCall<HealthRequest, HealthResponse>,
    callback: sendUnaryData<HealthResponse>,
  ): void {
    const done = board.started('Check');
    const found = board.statusOf(call.request.service);
    if (found === 'SERVICE_UNKNOWN') {
      callback({ code: status.NOT_FOUND, details: 'unknown service' });
      done('NOT_FOUND');
    } else {
      callback(null, { status: found });
      done('OK');
    }
  }

  function watch(call: Watcher): void {
    const watcher = {
      service: call.request.service,
      report: (found: ServingStatus) => void call.write({ status: found }),
      end: () => void call.emit('error', { code: status.UNAVAILABLE, details: 'draining' }),
    };
    // Emitted whenever the call ends, even if the board ended it.
    call.once('cancelled', () => board.left(watcher));
    board.watch(watcher);
  }

  function list(_call: unknown, callback: sendUnaryData<unknown>): void {
    const done = board.started('List');
    const entries = board.services.map((name) => [name, { status: board.statusOf(name) }] as const);
    callback(null, { statuses: Object.fromEntries(entries) });
    done('OK');
  }

  return { Check: check, Watch: watch, List: list };
}
