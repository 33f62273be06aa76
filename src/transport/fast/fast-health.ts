import { GRPC_STATUS } from '../../http2/streams/grpc-status.ts';
import type { UnaryCall, UnaryMethod } from '../../http2/streams/unary-call.ts';
import { MalformedCheck } from '../codec/codec-fault.ts';
import { WireReader } from '../codec/wire-reader.ts';
import { bytesField, numberField, utf8, type ByteText } from '../codec/wire-writer.ts';
import {
  HEALTH_SERVICE,
  SERVING_STATUS,
  type HealthBoard,
  type ServingStatus,
} from '../health-board.ts';

/** `grpc.health.v1` on our own server. Its messages have one field each. */
export function createFastHealth(board: HealthBoard): readonly UnaryMethod[] {
  return [
    method('Check', (message, call) => check(board, message, call)),
    method('Watch', (message, call) => watch(board, message, call)),
    method('List', (_message, call) => list(board, call)),
  ];
}

function check(board: HealthBoard, message: Buffer, call: UnaryCall): void {
  const done = board.started('Check');
  const service = serviceOf(message);
  const status = service === undefined ? undefined : board.statusOf(service);
  if (status === undefined) {
    call.end(GRPC_STATUS.INVALID_ARGUMENT, 'the request is malformed');
    done('INVALID_ARGUMENT');
  } else if (status === 'SERVICE_UNKNOWN') {
    call.end(GRPC_STATUS.NOT_FOUND, 'unknown service');
    done('NOT_FOUND');
  } else {
    call.reply(healthResponse(status));
    done('OK');
  }
}

function watch(board: HealthBoard, message: Buffer, call: UnaryCall): void {
  const service = serviceOf(message);
  if (service === undefined) {
    call.end(GRPC_STATUS.INVALID_ARGUMENT, 'the request is malformed');
    return;
  }
  const watcher = {
    service,
    report: (status: ServingStatus) => call.send(healthResponse(status)),
    end: () => call.end(GRPC_STATUS.UNAVAILABLE, 'draining'),
  };
  call.onAbandoned = () => board.left(watcher);
  board.watch(watcher);
}

function list(board: HealthBoard, call: UnaryCall): void {
  const done = board.started('List');
  // HealthListResponse: statuses 1, a map.
  const statuses = board.services.map((service) =>
    bytesField(
      1,
      bytesField(1, utf8(service)) + bytesField(2, healthResponse(board.statusOf(service))),
    ),
  );
  call.reply(statuses.join(''));
  done('OK');
}

/** HealthCheckResponse: status 1. */
function healthResponse(status: ServingStatus): ByteText {
  return numberField(1, SERVING_STATUS[status]);
}

/** HealthCheckRequest: service 1. `undefined` for malformed bytes. */
function serviceOf(message: Buffer): string | undefined {
  let service = '';
  let seen = 0;
  try {
    const reader = new WireReader(message);
    while (reader.next()) {
      if (reader.field !== 1) reader.skip();
      else {
        seen = reader.once(seen);
        service = reader.strictText();
      }
    }
  } catch (fault) {
    if (fault instanceof MalformedCheck) return undefined;
    throw fault;
  }
  return service;
}

function method(name: string, handle: UnaryMethod['handle']): UnaryMethod {
  return { path: `/${HEALTH_SERVICE}/${name}`, handle };
}
