import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { CheckAnswerer } from './answer-check.ts';
import {
  AUTHORIZATION_SERVICE,
  checkServiceDefinition,
  createCheckMethod,
} from './check-service.ts';
import {
  DEFAULT_GRPC_SERVER_LIMITS,
  grpcServerOptions,
  type GrpcServerLimits,
} from './grpc-server-limits.ts';
import { createHealthService, healthServiceDefinition } from './health-service.ts';
import { watchHttp2, type Http2Edge } from './http2-edge.ts';
import { formatListenAddress, parseListenAddress } from './listen-address.ts';
import { removeStaleSocket } from './remove-stale-socket.ts';
import type { RpcObserver } from './rpc-observer.ts';

export interface GrpcServerOptions extends CheckAnswerer {
  /** `HOST:PORT` (port 0: any free one), `[IPV6]:PORT` or `unix:/path`. */
  readonly address: string;
  readonly rpcObserver: RpcObserver;
  readonly limits?: Partial<GrpcServerLimits>;
}

/** A listening gRPC server. Nothing of the library behind it shows. */
export interface GrpcTransport {
  /** Where it listens, with the port that it got. */
  readonly address: string;
  /** `undefined` for a Unix socket. */
  readonly port: number | undefined;
  /** What `grpc.health.v1` tells for `""` and for the Authorization service. NOT_SERVING until told otherwise. */
  setServing(isServing: boolean): void;
  /**
   * NOT_SERVING, no new connections, GOAWAY on the present ones; resolves when the checks in flight are answered, at
   * the latest after `graceMs`, when what is left is cut off. The wait for health checks to notice comes before it.
   */
  drain(graceMs: number): Promise<void>;
  /** Cuts everything off. */
  close(): Promise<void>;
}

/**
 * Serves `envoy.service.auth.v3.Authorization/Check` and `grpc.health.v1`, in plain text: encryption between Envoy and
 * Curfew is the mesh's, and a Unix socket needs none.
 *
 * @throws {RangeError} for an address that is none, and an Error when it cannot be bound
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcTransport> {
  const address = parseListenAddress(options.address);
  const limits = { ...DEFAULT_GRPC_SERVER_LIMITS, ...options.limits };
  const health = createHealthService(['', AUTHORIZATION_SERVICE], options.rpcObserver);
  const server = new Server(grpcServerOptions(limits));
  const { handler, wanted, onError, rpcObserver } = options;
  const check = createCheckMethod({
    handler,
    wanted,
    onError,
    rpcObserver,
    callsMax: limits.callsMax,
  });
  server.addService(checkServiceDefinition, { Check: check });
  server.addService(healthServiceDefinition, health.implementation);

  if (address.kind === 'unix') await removeStaleSocket(address.path);
  const port = await bind(server, formatListenAddress(address));
  const edge = watchHttp2(server);
  let ended: Promise<void> | undefined;

  return {
    address: formatListenAddress(address.kind === 'tcp' ? { ...address, port } : address),
    port: address.kind === 'tcp' ? port : undefined,
    setServing: health.setServing,
    drain: (graceMs) => {
      health.setServing(false);
      health.endWatches();
      return (ended ??= shutDown(server, edge, graceMs));
    },
    close: async () => {
      ended ??= shutDown(server, edge, 0);
      edge.destroyConnections();
      await ended;
    },
  };
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (fault, port) => {
      if (fault === null) resolve(port);
      else reject(new Error(`cannot listen on ${address}: ${fault.message}`, { cause: fault }));
    });
  });
}

/** `tryShutdown` waits for the last call, however long that takes: hence the timer. */
function shutDown(server: Server, edge: Http2Edge, graceMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(edge.destroyConnections, graceMs);
    server.tryShutdown((fault) => {
      clearTimeout(timer);
      if (fault === undefined) resolve();
      else reject(fault);
    });
  });
}
