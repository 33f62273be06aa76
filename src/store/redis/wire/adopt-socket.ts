import type { Duplex } from 'node:stream';
import type { Redis } from 'ioredis';

/**
 * Takes the socket of a client that has just become ready: it is connected, TLS and login are done,
 * the database is selected, and the server was asked whether it is still loading. From now on the
 * client neither reads nor writes the socket. It still sees it close, and then connects again; the
 * next socket has to be adopted as well.
 *
 * @throws {Error} when this version of ioredis works differently. The version is pinned, and a test
 *   checks this.
 */
export function adoptSocket(client: Redis): Duplex {
  const { stream } = client;
  const { length: owed } = (Reflect.get(client, 'commandQueue') ?? {}) as { length?: unknown };
  if (owed !== 0 || stream.listenerCount('data') !== 1) {
    throw new Error('this version of ioredis reads its socket in an unknown way');
  }
  stream.removeAllListeners('data');
  return stream;
}
