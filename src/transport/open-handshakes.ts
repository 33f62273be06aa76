import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';

/**
 * The connections of a TLS server whose handshake has not finished. They would finish it with the
 * certificates that were current when it began, however long ago that was.
 */
export class OpenHandshakes {
  readonly #sockets = new Map<string, Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket);
      if (peer === undefined) return;
      this.#sockets.set(peer, socket);
      socket.once('close', () => {
        if (this.#sockets.get(peer) === socket) this.#sockets.delete(peer);
      });
    });
    server.prependListener('secureConnection', (socket: TLSSocket) => {
      const peer = peerOf(socket);
      if (peer !== undefined) this.#sockets.delete(peer);
    });
  }

  destroy(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }
}

/**
 * Identifies a connection: its socket and its TLS socket have the same address and port.
 * `undefined` on a Unix socket, whose peers are on this machine, and for a peer that has
 * disconnected.
 */
function peerOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remotePort === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}
