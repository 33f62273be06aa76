import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';

/**
 * The connections of a TLS server whose handshake is not over. They would end it by the material with which they began it,
 * however much later that is.
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
 * What the socket of a connection and the one of its TLS have in common. `undefined` on a Unix socket, whose peers are of
 * this machine, and for a peer that has gone.
 */
function peerOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remotePort === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}
