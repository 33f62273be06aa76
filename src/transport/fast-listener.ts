import { createServer, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from 'node:tls';
import { formatListenAddress, type ListenAddress } from './listen-address.ts';
import { OpenHandshakes } from './open-handshakes.ts';
import { handshakeFault, HandshakeFailed, type TransportFault } from './transport-fault.ts';
import { tlsContextOptions, tlsListenOptions, type TransportTls } from './transport-tls.ts';

/** How many connections may wait to be accepted: all Envoys of a cluster may come back at the same time. */
const BACKLOG = 1_024;

/** Accepts connections, in plain text or through TLS. */
export interface SocketListener {
  /** `undefined` for a Unix socket. */
  readonly port: number | undefined;
  /** Accepts no more; resolves when what it has accepted is closed, too. */
  close(): Promise<void>;
  /** What new connections are shown, and asked. In plain text nothing happens. */
  setTls(tls: TransportTls): void;
  /** Ends connections that are still in their TLS handshake. */
  destroyHandshakes(): void;
  /** Ends all connections that came through TLS, whatever their state. */
  destroySockets(): void;
}

// Half open: a peer that has said all may still be answered.
const SOCKET_OPTIONS = { allowHalfOpen: true, noDelay: true } as const;

/** @throws {Error} when the address cannot be bound */
export async function listenForSockets(
  address: ListenAddress,
  tls: TransportTls | undefined,
  onSocket: (socket: Socket) => void,
  onError: (fault: TransportFault) => void,
): Promise<SocketListener> {
  const sockets = new Set<Socket>();
  const secure = tls === undefined ? undefined : tlsServer(tls, sockets, onSocket, onError);
  const handshakes = secure && new OpenHandshakes(secure);
  const server = secure ?? createServer(SOCKET_OPTIONS, onSocket);
  await listening(server, address);
  const bound = server.address();
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : undefined,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
    setTls: (next) => secure?.setSecureContext(tlsContextOptions(next)),
    destroyHandshakes: () => handshakes?.destroy(),
    destroySockets: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function tlsServer(
  tls: TransportTls,
  sockets: Set<Socket>,
  onSocket: (socket: Socket) => void,
  onError: (fault: TransportFault) => void,
): TlsServer {
  const server = createTlsServer({
    ...SOCKET_OPTIONS,
    ...tlsListenOptions(tls),
    ...tlsContextOptions(tls),
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    // A client that offers no protocol at all gets through the handshake (RFC 9113 section 3.2).
    if (socket.alpnProtocol === 'h2') {
      onSocket(socket);
      return;
    }
    onError(new HandshakeFailed('ERR_TLS_ALPN_MISSING'));
    socket.on('error', () => {});
    socket.destroy();
  });
  server.on('tlsClientError', (error, socket) => {
    const fault = handshakeFault(error, socket);
    if (fault !== undefined) onError(fault);
  });
  return server;
}

function listening(server: Server, address: ListenAddress): Promise<void> {
  const words = formatListenAddress(address);
  return new Promise((resolve, reject) => {
    server.once('error', (fault) => {
      reject(new Error(`cannot listen on ${words}: ${fault.message}`, { cause: fault }));
    });
    server.listen(
      address.kind === 'unix'
        ? { path: address.path, backlog: BACKLOG }
        : { host: address.host.replace(/^\[|\]$/g, ''), port: address.port, backlog: BACKLOG },
      () => {
        // What fails later is the acceptance of one connection, for want of file descriptors say: the next may do.
        server.removeAllListeners('error').on('error', () => {});
        resolve();
      },
    );
  });
}
