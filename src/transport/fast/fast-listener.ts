import { createServer, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from 'node:tls';
import { formatListenAddress, type ListenAddress } from '../listen-address.ts';
import { OpenHandshakes } from '../open-handshakes.ts';
import { handshakeFault, HandshakeFailed, type TransportFault } from '../transport-fault.ts';
import { tlsContextOptions, tlsListenOptions, type TransportTls } from '../transport-tls.ts';

/** How many connections may wait: all Envoys of a cluster may reconnect at once. */
const BACKLOG = 1_024;

/** Accepts connections, in plain text or with TLS. */
export interface SocketListener {
  /** `undefined` for a Unix socket. */
  readonly port: number | undefined;
  /** Accepts no more connections; resolves when all accepted ones are closed. */
  close(): Promise<void>;
  /** Uses these certificates for new connections. Has no effect in plain text. */
  setTls(tls: TransportTls): void;
  /** Ends the connections whose TLS handshake has not finished. */
  destroyHandshakes(): void;
  /** Ends all connections with TLS, whatever their state. */
  destroySockets(): void;
}

// Half open: a peer that has closed its sending side can still be answered.
const SOCKET_OPTIONS = { allowHalfOpen: true, noDelay: true } as const;

/** @throws {Error} if the address cannot be bound */
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
    // A client that offers no protocol at all passes the handshake (RFC 9113 section 3.2).
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
  const text = formatListenAddress(address);
  return new Promise((resolve, reject) => {
    server.once('error', (fault) => {
      reject(new Error(`cannot listen on ${text}: ${fault.message}`, { cause: fault }));
    });
    server.listen(
      address.kind === 'unix'
        ? { path: address.path, backlog: BACKLOG }
        : { host: address.host.replace(/^\[|\]$/g, ''), port: address.port, backlog: BACKLOG },
      () => {
        // A later error concerns one connection, for example if no file descriptor is left. The
        // next one may succeed.
        server.removeAllListeners('error').on('error', () => {});
        resolve();
      },
    );
  });
}
