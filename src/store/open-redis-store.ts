import { readFile } from 'node:fs/promises';
import { announceReplica } from './announce-replica.ts';
import { inspectRedis } from './inspect-redis.ts';
import type { OpenedStore, StoreOptions } from './opened-store.ts';
import { parseRedisAddress, StoreUrlError } from './redis-address.ts';
import { COMMAND_TIMEOUT_MS, openRedisClient, SOCKET_TIMEOUT_MS } from './redis-client.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisSessionStore } from './redis-session-store.ts';
import { textOf } from './resp-reply.ts';
import { SILENT_OBSERVER } from './store-observer.ts';

/** Connects in the background and for ever; until it is up every call fails at once. */
export async function openRedisStore(url: string, options: StoreOptions): Promise<OpenedStore> {
  const address = parseRedisAddress(url);
  const password = await contentOf(options.passwordFile, 'the password of the store');
  const ca = await contentOf(options.caFile, 'the certificates of the store');
  if (address.username !== undefined && password === undefined) {
    throw new StoreUrlError('the store URL names a user, but no file holds the password');
  }
  const commandTimeoutMs = options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
  const client = openRedisClient({ address, password, ca, commandTimeoutMs });
  const connection = new RedisConnection({
    client,
    observer: options.observer ?? SILENT_OBSERVER,
    wallClock: options.clock,
    replyMaxMs: commandTimeoutMs,
    silenceMaxMs: SOCKET_TIMEOUT_MS,
  });
  const store = new RedisSessionStore(connection);
  return {
    kind: 'redis',
    store,
    hasAnswered: () => connection.hasAnswered,
    inspect: async () => inspectRedis(textOf(await connection.read('INFO'))),
    announce: async (own) => announceReplica(connection, own),
    close: async () => store.close(),
  };
}

async function contentOf(file: string | undefined, what: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new StoreUrlError(`${what} cannot be read from ${file}: ${codeOf(error)}`);
  });
  const content = text.replace(/\r?\n$/, '');
  if (content === '') throw new StoreUrlError(`${file} is empty: it should hold ${what}`);
  return content;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
