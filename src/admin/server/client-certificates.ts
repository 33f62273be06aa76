import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/**
 * The certificates that clients have shown and an authority has signed. A connection stays open for
 * long, so when an authority is no longer trusted, the certificates that were shown before must be
 * forgotten.
 */
export class ClientCertificates {
  #names = new WeakMap<Socket, string>();

  watch(server: Server): void {
    server.on('secureConnection', (socket: TLSSocket) => {
      const name = commonNameOf(socket);
      if (name !== undefined) this.#names.set(socket, name);
    });
  }

  /** The common name in the certificate of a connection. */
  nameOf({ socket }: IncomingMessage): string | undefined {
    return this.#names.get(socket);
  }

  /** Forgets all of them: only new connections have certificates. */
  forget(): void {
    this.#names = new WeakMap();
  }
}

function commonNameOf(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  const subject: unknown = socket.getPeerCertificate().subject;
  const name = typeof subject === 'object' && subject !== null && 'CN' in subject && subject.CN;
  // With several common names it is a list: which of them counts is not certain.
  return typeof name === 'string' && name !== '' ? name : undefined;
}
