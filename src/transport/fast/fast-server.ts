import type { Http2Observer } from '../../http2/http2-observer.ts';
import { UnaryServer } from '../../http2/unary-server.ts';
import { AUTHORIZATION_SERVICE } from '../check-method.ts';
import { DEFAULT_GRPC_SERVER_LIMITS } from '../grpc-server-limits.ts';
import type { GrpcServerOptions, GrpcTransport } from '../grpc-transport.ts';
import { HealthBoard } from '../health-board.ts';
import { formatListenAddress, parseListenAddress } from '../listen-address.ts';
import { removeStaleSocket } from '../remove-stale-socket.ts';
import { ConnectionFailed, HandlerFailed } from '../transport-fault.ts';
import { createFastCheck } from './fast-check.ts';
import { createFastHealth } from './fast-health.ts';
import { listenForSockets, type SocketListener } from './fast-listener.ts';

/**
 * The transport `fast`: our own HTTP/2 server for `envoy.service.auth.v3.Authorization/Check` and
 * `grpc.health.v1`.
 *
 * @throws {RangeError} for an invalid address, and an Error if the address cannot be bound
 */
export async function startFastServer(options: GrpcServerOptions): Promise<GrpcTransport> {
  const address = parseListenAddress(options.address);
  const { callsMax, ...http2Limits } = { ...DEFAULT_GRPC_SERVER_LIMITS, ...options.limits };
  const { onError, rpcObserver } = options;
  const health = new HealthBoard(['', AUTHORIZATION_SERVICE], rpcObserver);
  const server = new UnaryServer({
    methods: [createFastCheck({ ...options, callsMax }), ...createFastHealth(health)],
    limits: http2Limits,
    observer: connectionsObserved(options),
  });
  if (address.kind === 'unix') await removeStaleSocket(address.path);
  const listener = await listenForSockets(
    address,
    options.tls,
    (socket) => server.serve(socket),
    onError,
  );
  const port = listener.port;
  let ended: Promise<void> | undefined;

  return {
    address: formatListenAddress(
      address.kind === 'tcp' ? { ...address, port: port ?? 0 } : address,
    ),
    port,
    setServing: (isServing) => health.setServing(isServing),
    setTls: (tls) => listener.setTls(tls),
    renewConnections: () => {
      listener.destroyHandshakes();
      server.renew();
    },
    drain: (graceMs) => {
      health.setServing(false);
      health.endWatches();
      return (ended ??= shutDown(server, listener, graceMs));
    },
    close: async () => {
      ended ??= shutDown(server, listener, 0);
      server.destroy();
      listener.destroySockets();
      await ended;
    },
  };
}

async function shutDown(
  server: UnaryServer,
  listener: SocketListener,
  graceMs: number,
): Promise<void> {
  const timer = setTimeout(() => {
    server.destroy();
    listener.destroySockets();
  }, graceMs);
  await Promise.all([listener.close(), server.drain()]);
  clearTimeout(timer);
}

function connectionsObserved({ onError, connectionObserver }: GrpcServerOptions): Http2Observer {
  return {
    handlerFailed: (fault) => onError(new HandlerFailed(fault)),
    connectionOpened: () => connectionObserver?.opened(),
    connectionClosed: () => connectionObserver?.closed(),
    connectionRefused: () => connectionObserver?.refused('CONNECTIONS_MAX'),
    connectionFaulted: ({ errorName, message }) => {
      connectionObserver?.refused(errorName);
      onError(new ConnectionFailed(errorName, message));
    },
  };
}
