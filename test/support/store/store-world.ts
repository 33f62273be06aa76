import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { SessionKey } from '../../../src/session/session-key.ts';
import type { SessionDirectory } from '../../../src/session/session-directory.ts';
import type { SessionStore } from '../../../src/session/session-store.ts';
import { ABILITIES } from '../../../src/store/capabilities.ts';
import { MemorySessionStore } from '../../../src/store/memory/memory-session-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { OpenedStore, StoreOptions } from '../../../src/store/opened-store.ts';
import type { Sweeper } from '../../../src/store/sweep/sweeper.ts';
import { ManualClock } from '../time/manual-clock.ts';
import { startRedisServer } from '../redis/redis-server.ts';
import type { RedisServer, RedisServerOptions } from '../redis/redis-server.ts';
import { locationOf } from './location-of.ts';
import { StoreJournal } from './store-journal.ts';

/** An event as both stores report it. */
export interface ReportedEvent {
  readonly kind: string;
  readonly by: string;
  readonly session: string;
  readonly source: string;
  readonly policy: string;
  /** By the store's clock when it was reported. */
  readonly atMs: number;
}

/** A store, and the means to let time pass for it without waiting. */
export interface StoreWorld {
  readonly store: SessionStore;
  readonly directory: SessionDirectory;
  readonly sweeper: Sweeper;
  passTime(ms: number): Promise<void>;
  /** All events of one session so far, in order. */
  events(key: SessionKey): Promise<ReportedEvent[]>;
  /** What the store's observer was told of. */
  readonly journal: StoreJournal;
  close(): Promise<void>;
}

/** A world on real servers. */
export interface ServerWorld extends StoreWorld {
  readonly opened: OpenedStore;
  /** Deletes everything, and begins as in a new installation. */
  clear(): Promise<void>;
  /** The time of the servers' clock. */
  nowMs(): Promise<number>;
}

export function openMemoryWorld(clock: ManualClock = new ManualClock()): StoreWorld {
  const observer = new StoreJournal();
  const store = new MemorySessionStore({ clock: clock.now, eventsMax: 100_000, observer });
  return {
    store,
    directory: store.directory,
    journal: observer,
    sweeper: store,
    passTime: async (ms) => clock.advance(ms),
    events: async (key) =>
      store
        .events()
        .filter(({ session }) => session === key)
        .map((event) => ({ ...event, policy: event.policy ?? '' })),
    close: async () => store.close(),
  };
}

/** A world on a real server. Time passes by moving every instant in its data back. */
export async function openRedisWorld(
  server: RedisServer,
  options: Partial<StoreOptions> = {},
): Promise<RedisWorld> {
  const journal = new StoreJournal();
  const opened = await openAsCurfew(server, { observer: journal, ...options });
  await announceAbilities(opened);
  const admin = openAdmin(server);
  return {
    store: opened.store,
    directory: opened.directory,
    journal,
    sweeper: opened.sweeper,
    opened,
    admin,
    clear: async () => {
      await admin.flushall();
      journal.written.length = 0;
      await announceAbilities(opened);
    },
    nowMs: async () => nowMsOf(admin),
    passTime: async (ms) => void (await admin.eval(AGE, 0, ms)),
    events: async (key) => eventsOf(admin, key),
    close: async () => {
      admin.disconnect();
      await opened.close();
    },
  };
}

export interface RedisWorld extends ServerWorld {
  /** May do everything; Curfew itself is the least-privileged user of the ACL. */
  readonly admin: Redis;
}

/** Announces the store as the only replica, until it knows that all replicas can read everything. */
export async function announceAbilities(opened: OpenedStore): Promise<void> {
  return announceAs('key', opened);
}

/** Announces the store beside replicas that have the server key with this fingerprint. */
export async function announceAs(fingerprint: string, opened: OpenedStore): Promise<void> {
  const own = { replica: 'world', writing: undefined, sourceDigest: 'web' };
  const announce = async () =>
    opened.announce({
      ...own,
      fingerprints: [fingerprint],
      abilities: ABILITIES,
      retentionMs: 86_400_000,
    });
  if ((await announce()).abilities === undefined) await announce();
}

/** The password of Curfew at a guarded Redis. */
export const GUARDED_PASSWORD = 'canary-password-b7e1';

/** A server with the ACL that we ship, and an administrator for the tests. */
export async function startGuardedRedis(
  args: readonly string[] = [],
  options: Pick<RedisServerOptions, 'bin' | 'env' | 'keeps'> = {},
): Promise<RedisServer> {
  const users = await shippedUsers('users.acl');
  const acl = [...users, 'user admin on nopass ~* &* +@all'];
  return startRedisServer({ acl, args, ...options });
}

/** The lines of an ACL file of deploy/redis, with the password of the tests. */
export async function shippedUsers(file: string): Promise<readonly string[]> {
  const folder = join(import.meta.dirname, '..', '..', '..', 'deploy', 'redis');
  const acl = await readFile(join(folder, file), 'utf8');
  return acl.replace('CHANGE-ME', GUARDED_PASSWORD).trim().split('\n');
}

/** A connection as the administrator, over the server's Unix socket. */
export function openAdmin(server: RedisServer): Redis {
  const admin = new Redis(server.socketPath, {
    username: 'admin',
    password: 'any',
    disconnectTimeout: 50,
  });
  admin.on('error', () => undefined); // the rejected call has the error
  return admin;
}

/** Opens the store as Curfew does, as the user of the ACL. Resolves when it is up. */
export async function openAsCurfew(
  server: { readonly port: number; readonly ca?: string | undefined },
  options: Partial<StoreOptions> & { readonly wait?: boolean } = {},
): Promise<OpenedStore> {
  return openAt(`redis://curfew@127.0.0.1:${server.port}`, options);
}

/** Opens the store with this URL as Curfew does. Resolves when it is up. */
export async function openAt(
  url: string,
  options: Partial<StoreOptions> & { readonly wait?: boolean } = {},
): Promise<OpenedStore> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-password-'));
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, `${GUARDED_PASSWORD}\n`);
  const opened = await openStore(locationOf(url), { clock: Date.now, passwordFile, ...options });
  await rm(folder, { recursive: true });
  if (options.wait !== false) await untilUp(opened);
  return opened;
}

/** Waits until the store answers. */
export async function untilUp(opened: OpenedStore, maxMs = 15_000): Promise<void> {
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

/** The events of a session, from the server that has it. */
export async function eventsOf(admin: Redis, key: SessionKey): Promise<ReportedEvent[]> {
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

/** The time of a server's clock. */
export async function nowMsOf(admin: Redis): Promise<number> {
  const [seconds, micros] = await admin.time();
  return Math.floor(Number(seconds) * 1000 + Number(micros) / 1000);
}

/** Lets this many milliseconds pass for all data of a server: every instant in it goes back. */
export const AGE = `
local ms = tonumber(ARGV[1])
local function age(key, fields)
  for _, field in ipairs(fields) do
    if tonumber(redis.call('HGET', key, field) or nil) then redis.call('HINCRBY', key, field, -ms) end
  end
  local expires = redis.call('PEXPIRETIME', key)
  if expires > 0 then redis.call('PEXPIREAT', key, string.format('%d', expires - ms)) end
end
local function age_scores(key)
  for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
    redis.call('ZINCRBY', key, -ms, member)
  end
end
-- The sweeper looks again at a partition only if something has happened in it.
local function look_again(key)
  redis.call('XADD', string.gsub(key, '[a-z]+$', 'events'), '*', 'kind', 'aged')
end
for _, key in ipairs(redis.call('KEYS', 'curfew:1:*')) do
  if string.find(key, ':session:', 1, true) and redis.call('TYPE', key).ok == 'hash' then
    age(key, { 's', 'a', 'c', 'e' })
  elseif string.find(key, ':marks:', 1, true) then
    age(key, { 'b', 'l', 't' })
  elseif string.find(key, ':claim:', 1, true) then
    age(key, {})
  elseif string.find(key, ':index:', 1, true) then
    age_scores(key)
  elseif string.find(key, ':deadlines', 1, true) then
    age_scores(key)
    look_again(key)
  elseif string.find(key, ':pending', 1, true) then
    look_again(key)
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
      local subject, at, by, except, entered = string.match(member, '(%S+) (%S+) (%S+) (%S+) (%S+)')
      local aged = string.format('%s %d %s %s %d', subject, at - ms, by, except, entered - ms)
      redis.call('ZREM', key, member)
      redis.call('ZADD', key, at - ms, aged)
    end
  end
end
`;
