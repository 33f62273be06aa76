import type { Duplex } from 'node:stream';
import type { Redis } from 'ioredis';

/**
 * Takes the socket of a client that has just become ready: connected, TLS and login done, database selected, server
 * asked whether it is loading. From here on the client neither reads nor writes it. It still sees its end, and then
 * connects anew. The next socket has to be adopted again.
 *
 * @throws {Error} when this version of ioredis is built otherwise; it is pinned, and a test looks
 */
export function adoptSocket(client: Redis): Duplex {
  const { stream } = client;
  const { length: owed } = (Reflect.get(client, 'commandQueue') ?? {}) as { length?: unknown };
  if (owed !== 0 || stream.listenerCount('data') !== 1) {
    throw new Error('ioredis reads its socket otherwise: it is not the version we know');
  }
  stream.removeAllListeners('data');
  return stream;
}
