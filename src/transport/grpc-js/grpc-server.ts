import { Server, ServerCredentials } from '@grpc/grpc-js';
import { AUTHORIZATION_SERVICE } from '../check-method.ts';
import { DEFAULT_GRPC_SERVER_LIMITS } from '../grpc-server-limits.ts';
import type { GrpcServerOptions, GrpcTransport } from '../grpc-transport.ts';
import { HealthBoard } from '../health-board.ts';
import { formatListenAddress, parseListenAddress } from '../listen-address.ts';
import { removeStaleSocket } from '../remove-stale-socket.ts';
import { tlsContextOptions, tlsListenOptions, type TransportTls } from '../transport-tls.ts';
import { checkServiceDefinition, createCheckMethod } from './check-service.ts';
import { healthImplementation, healthServiceDefinition } from './health-service.ts';
import { watchHttp2, type Http2Edge } from './http2-edge.ts';
import { grpcServerOptions } from './server-options.ts';

/**
 * The transport `grpc-js`: serves `envoy.service.auth.v3.Authorization/Check` and `grpc.health.v1`.
 *
 * @throws {RangeError} for an invalid address, and an Error if the address cannot be bound
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcTransport> {
  const address = parseListenAddress(options.address);
  const { callsMax, ...http2Limits } = { ...DEFAULT_GRPC_SERVER_LIMITS, ...options.limits };
  const health = new HealthBoard(['', AUTHORIZATION_SERVICE], options.rpcObserver);
  const server = new Server(grpcServerOptions(http2Limits));
  const { onError } = options;
  const check = createCheckMethod({ ...options, callsMax });
  server.addService(checkServiceDefinition, { Check: check });
  server.addService(healthServiceDefinition, healthImplementation(health));

  if (address.kind === 'unix') await removeStaleSocket(address.path);
  const credentials = options.tls === undefined ? undefined : new TlsCredentials(options.tls);
  const port = await bind(server, formatListenAddress(address), credentials);
  const edge = watchHttp2(server, http2Limits.goawayGraceMs, onError);
  let ended: Promise<void> | undefined;

  return {
    address: formatListenAddress(address.kind === 'tcp' ? { ...address, port } : address),
    port: address.kind === 'tcp' ? port : undefined,
    setServing: (isServing) => health.setServing(isServing),
    setTls: (tls) => credentials?.replace(tls),
    renewConnections: () => edge.renewConnections(),
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

/** TLS with our own options: the library's credentials leave versions and suites to defaults. */
class TlsCredentials extends ServerCredentials {
  constructor(tls: TransportTls) {
    super(tlsListenOptions(tls), tlsContextOptions(tls));
  }

  /** The library passes the options to the listening server (`setSecureContext`). */
  replace(tls: TransportTls): void {
    this.updateSecureContextOptions(tlsContextOptions(tls));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

function bind(
  server: Server,
  address: string,
  credentials: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (fault, port) => {
      if (fault === null) resolve(port);
      else reject(new Error(`cannot listen on ${address}: ${fault.message}`, { cause: fault }));
    });
  });
}

/** `tryShutdown` waits for the last call without a time limit, so a timer ends the wait. */
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
