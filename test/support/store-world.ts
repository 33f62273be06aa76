import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { SessionKey } from '../../src/session/session-key.ts';
import type { SessionStore } from '../../src/session/session-store.ts';
import { MemorySessionStore } from '../../src/store/memory-session-store.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { OpenedStore, StoreOptions } from '../../src/store/opened-store.ts';
import { ManualClock } from './manual-clock.ts';
import { startRedisServer } from './redis-server.ts';
import type { RedisServer } from './redis-server.ts';

/** An event as both stores tell it, without its instant. */
export interface ToldEvent {
  readonly kind: string;
  readonly by: string;
  readonly session: string;
  readonly source: string;
  readonly policy: string;
  /** By the store's clock at the time of telling. */
  readonly atMs: number;
}

/** A store and the means to let time pass for it without waiting. */
export interface StoreWorld {
  readonly store: SessionStore;
  passTime(ms: number): Promise<void>;
  /** All events so far of one session, in the order in which they were told. */
  events(key: SessionKey): Promise<ToldEvent[]>;
  close(): Promise<void>;
}

export function openMemoryWorld(clock: ManualClock = new ManualClock()): StoreWorld {
  const store = new MemorySessionStore({ clock: clock.now, eventsMax: 100_000 });
  return {
    store,
    passTime: async (ms) => clock.advance(ms),
    events: async (key) =>
      store
        .events()
        .filter(({ session }) => session === key)
        .map((event) => ({ ...event, policy: event.policy ?? '' })),
    close: async () => store.close(),
  };
}

/** A world on a real server. Time passes by moving every instant in the server's data back by as much. */
export async function openRedisWorld(
  server: RedisServer,
  options: Partial<StoreOptions> = {},
): Promise<RedisWorld> {
  const opened = await openAsCurfew(server, options);
  const admin = openAdmin(server);
  return {
    store: opened.store,
    opened,
    admin,
    passTime: async (ms) => void (await admin.eval(AGE, 0, ms)),
    events: async (key) => eventsOf(admin, key),
    close: async () => {
      admin.disconnect();
      await opened.close();
    },
  };
}

export interface RedisWorld extends StoreWorld {
  readonly opened: OpenedStore;
  /** May do everything; Curfew itself is the least-privileged user. */
  readonly admin: Redis;
}

const PASSWORD = 'canary-password-b7e1';

/** A server with the ACL that we ship, and an administrator for the tests. */
export async function startGuardedRedis(args: readonly string[] = []): Promise<RedisServer> {
  const acl = await readFile(
    join(import.meta.dirname, '..', '..', 'deploy', 'redis', 'users.acl'),
    'utf8',
  );
  const users = acl.replace('CHANGE-ME', PASSWORD).trim().split('\n');
  return startRedisServer({ acl: [...users, 'user admin on nopass ~* &* +@all'], args });
}

/** A connection of the administrator, over the server's own socket. */
export function openAdmin(server: RedisServer): Redis {
  const admin = new Redis(server.socketPath, {
    username: 'admin',
    password: 'any',
    disconnectTimeout: 50,
  });
  admin.on('error', () => undefined); // the rejected call tells it
  return admin;
}

/** The product's own way to a store, as the user of the ACL; resolves when it is up. */
export async function openAsCurfew(
  server: { readonly port: number; readonly ca?: string | undefined },
  options: Partial<StoreOptions> & { readonly wait?: boolean } = {},
): Promise<OpenedStore> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-password-'));
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, `${PASSWORD}\n`);
  const url = `redis://curfew@127.0.0.1:${server.port}`;
  const opened = await openStore(url, { clock: Date.now, passwordFile, ...options });
  await rm(folder, { recursive: true });
  if (options.wait !== false) await untilUp(opened);
  return opened;
}

/** Asks until it is answered. */
export async function untilUp(opened: OpenedStore, maxMs = 5_000): Promise<void> {
  const giveUpAtMs = Date.now() + maxMs;
  for (;;) {
    const isUp = await opened.inspect().then(
      () => true,
      (error: unknown) => {
        if (Date.now() > giveUpAtMs) throw error;
        return false;
      },
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function eventsOf(admin: Redis, key: SessionKey): Promise<ToldEvent[]> {
  const partition = Buffer.from(key, 'base64url').subarray(0, 1).toString('hex');
  const entries = await admin.xrange(`curfew:1:{${partition}}:events`, '-', '+');
  return entries
    .map(([, fields]) => {
      const event: Record<string, string> = {};
      for (let index = 0; index + 1 < fields.length; index += 2) {
        event[fields[index] ?? ''] = fields[index + 1] ?? '';
      }
      const { kind = '', by = '', session = '', source = '', policy = '', at = '' } = event;
      return { kind, by, session, source, policy, atMs: Number(at) };
    })
    .filter(({ session }) => session === key);
}

const AGE = `
local ms = tonumber(ARGV[1])
for _, key in ipairs(redis.call('KEYS', 'curfew:1:*')) do
  if string.find(key, ':session:', 1, true) and redis.call('TYPE', key).ok == 'hash' then
    for _, field in ipairs({ 's', 'a', 'e' }) do
      if redis.call('HEXISTS', key, field) == 1 then redis.call('HINCRBY', key, field, -ms) end
    end
    redis.call('PEXPIREAT', key, string.format('%d', redis.call('PEXPIRETIME', key) - ms))
  elseif string.find(key, ':deadlines', 1, true) then
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
      redis.call('ZINCRBY', key, -ms, member)
    end
  end
end
`;
