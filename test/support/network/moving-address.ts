// An address that leads to one server after another, as a virtual IP or a DNS name does.

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface MovingAddress {
  readonly port: number;
  /**
   * From now on it leads to this port of 127.0.0.1. Connections to the server before are reset, unless
   * they are kept.
   */
  moveTo(port: number, before?: 'reset' | 'kept'): void;
  close(): void;
}

export async function startMovingAddress(first: number): Promise<MovingAddress> {
  let target = first;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.pipe(to);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    moveTo: (port, before = 'reset') => {
      target = port;
      if (before === 'reset') reset();
    },
    close: () => {
      reset();
      server.close();
    },
  };
}
