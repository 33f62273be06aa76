// A TCP proxy that can hold back what clients send, and then deliver it in one piece, as a stalled server sees it
// afterwards.

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface HoldingProxy {
  readonly address: string;
  /** From now on nothing reaches the server. */
  hold(): void;
  /** Resolves when at least so many bytes are held. */
  hasHeld(bytes: number): Promise<void>;
  /** Resolves when at least so many HTTP/2 frames of that type are held. */
  hasHeldFrames(type: number, count: number): Promise<void>;
  release(): void;
  close(): void;
}

export async function startHoldingProxy(target: string): Promise<HoldingProxy> {
  const [host = '', port = ''] = target.split(':');
  const held: { upstream: Socket; chunk: Buffer }[] = [];
  const sockets = new Set<Socket>();
  let isHolding = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    upstream.pipe(client);
    client.on('data', (chunk: Buffer) => {
      if (isHolding) held.push({ upstream, chunk });
      else upstream.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => {
      isHolding = true;
    },
    hasHeld: async (bytes) => {
      const total = (): number => held.reduce((sum, { chunk }) => sum + chunk.length, 0);
      while (total() < bytes) await new Promise((resolve) => setImmediate(resolve));
    },
    hasHeldFrames: async (type, count) => {
      const bytes = (): Buffer => Buffer.concat(held.map(({ chunk }) => chunk));
      while (framesIn(bytes(), type) < count) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    release: () => {
      isHolding = false;
      for (const upstream of new Set(held.map((each) => each.upstream))) {
        const chunks = held.filter((each) => each.upstream === upstream).map(({ chunk }) => chunk);
        upstream.write(Buffer.concat(chunks));
      }
      held.length = 0;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** How many whole frames of a type there are (RFC 9113 section 4.1), the first one at the start. */
function framesIn(bytes: Buffer, type: number): number {
  let count = 0;
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    const isWhole = at + 9 + bytes.readUIntBE(at, 3) <= bytes.length;
    if (isWhole && bytes[at + 3] === type) count += 1;
  }
  return count;
}
