import type { Http2SecureServer, IncomingHttpHeaders, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { Server } from '@grpc/grpc-js';
import { grpcTimeoutMs } from '../../http2/streams/grpc-timeout.ts';
import { OpenHandshakes } from '../open-handshakes.ts';
import { handshakeFault, HandshakeFailed } from '../transport-fault.ts';
import { leaveSession } from './leave-session.ts';

const METHOD_PATH_CHARACTERS_MAX = 200;
const INT32_MAX = 2 ** 31 - 1;

/** The HTTP/2 connections of a grpc-js server. */
export interface Http2Edge {
  /** Asks all peers to reconnect. Connections in a TLS handshake are ended at once. */
  renewConnections(): void;
  /** Ends all connections at once, with the calls on them, including those in a TLS handshake. */
  destroyConnections(): void;
}

/**
 * Corrects, on the HTTP/2 servers of a bound grpc-js server, what the library has no option for:
 *
 * - A `grpc-timeout` of zero means no deadline: Envoy 1.36 sends it for `timeout: 0s`, and grpc-js
 *   would fail every check at once. The same holds for one that overflows the library's 32-bit
 *   timer (25 days).
 * - The library repeats the name of an unknown method in its answer, so the name is cut first.
 * - Without channelz, the library's `forceShutdown` knows no connections and so ends none.
 * - The library does not report TLS handshakes that fail.
 *
 * @param goawayGraceMs how long calls may take on a connection that was asked to leave
 * @throws {Error} if this version of grpc-js is built differently; the version is pinned, and a
 *   test checks it
 */
export function watchHttp2(
  server: Server,
  goawayGraceMs: number,
  onHandshakeFailed: (fault: HandshakeFailed) => void,
): Http2Edge {
  // A plain-text server has the same events except those of TLS.
  const { http2Servers } = server as unknown as { http2Servers?: Map<Http2SecureServer, unknown> };
  if (!(http2Servers instanceof Map) || http2Servers.size === 0) {
    throw new Error('grpc-js does not expose its HTTP/2 servers: unknown version');
  }
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  const handshakes: OpenHandshakes[] = [];
  for (const http2Server of http2Servers.keys()) {
    http2Server.prependListener('stream', (_stream, headers) => {
      amendHeaders(headers);
    });
    if (http2Server instanceof TlsServer) handshakes.push(new OpenHandshakes(http2Server));
    http2Server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    http2Server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
      const fault = handshakeFault(error, socket);
      if (fault !== undefined) onHandshakeFailed(fault);
    });
    http2Server.on('unknownProtocol', (socket) => {
      onHandshakeFailed(new HandshakeFailed('ERR_TLS_ALPN_MISSING'));
      socket.destroy();
    });
    http2Server.on('session', (session) => {
      sessions.add(session);
      session.once('close', () => sessions.delete(session));
    });
  }
  return {
    renewConnections: () => {
      for (const open of handshakes) open.destroy();
      for (const session of sessions) leaveSession(session, goawayGraceMs);
    },
    destroyConnections: () => {
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function amendHeaders(headers: IncomingHttpHeaders): void {
  const timeout = headers['grpc-timeout'];
  if (typeof timeout === 'string') {
    const timeoutMs = grpcTimeoutMs(timeout);
    if (timeoutMs === 0 || (timeoutMs !== undefined && timeoutMs > INT32_MAX)) {
      delete headers['grpc-timeout'];
    }
  }
  const path = headers[':path'];
  if (path !== undefined && path.length > METHOD_PATH_CHARACTERS_MAX) {
    headers[':path'] = path.slice(0, METHOD_PATH_CHARACTERS_MAX);
  }
}
