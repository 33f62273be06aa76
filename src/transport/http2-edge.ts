import type { Http2SecureServer, IncomingHttpHeaders, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { Server } from '@grpc/grpc-js';
import { grpcTimeoutMs } from '../http2/grpc-timeout.ts';
import { leaveSession } from './leave-session.ts';
import { OpenHandshakes } from './open-handshakes.ts';
import { handshakeFault, HandshakeFailed } from './transport-fault.ts';

const METHOD_PATH_CHARACTERS_MAX = 200;
const INT32_MAX = 2 ** 31 - 1;

/** The HTTP/2 connections beneath a grpc-js server. */
export interface Http2Edge {
  /** Asks all peers to connect anew; who is in the middle of a TLS handshake has to at once. */
  renewConnections(): void;
  /** Ends all connections at once, with the calls on them, and those that are still in their TLS handshake. */
  destroyConnections(): void;
}

/**
 * Puts right, beneath a bound grpc-js server, what it cannot be asked to do:
 *
 * - a `grpc-timeout` of zero means no deadline: Envoy 1.36 sends it for `timeout: 0s`, and grpc-js would fail every
 *   check at once. So does one that overflows the library's 32-bit timer (25 days).
 * - an unknown method is named in the answer: the name is cut first.
 * - without channelz, the library's `forceShutdown` knows of no connection and so ends none.
 * - a TLS handshake that fails is told to nobody.
 *
 * @throws {Error} when this version of grpc-js is built otherwise; it is pinned, and a test looks
 */
export function watchHttp2(
  server: Server,
  onHandshakeFailed: (fault: HandshakeFailed) => void,
): Http2Edge {
  // A plain server has the same events, without those of TLS.
  const { http2Servers } = server as unknown as { http2Servers?: Map<Http2SecureServer, unknown> };
  if (!(http2Servers instanceof Map) || http2Servers.size === 0) {
    throw new Error('grpc-js does not show its HTTP/2 servers: it is not the version we know');
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
      for (const session of sessions) leaveSession(session);
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
