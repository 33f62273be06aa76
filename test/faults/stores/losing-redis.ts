import { cp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Redis } from 'ioredis';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { markKey } from '../../support/store/marked-replica.ts';
import { openAdmin, startGuardedRedis } from '../../support/store/store-world.ts';
import { eventually } from '../../support/time/eventually.ts';
import type { Dice } from '../drive/dice.ts';
import type { Fault } from '../drive/fault.ts';
import type { FaultyStore } from '../drive/faulty-store.ts';
import { asCurfew } from './as-curfew.ts';
import { serverVersion } from './server-version.ts';

const FILES = 'appendonlydir';
const APPENDING = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
const PARTITIONS = 256;
const DAY_MS = 86_400_000;
/** So old that Curfew does not take it for a new installation. */
const INSTALLED_AGO_MS = 300_000;
const KNOWN_MAX_MS = 30_000;
/** With the address of the client. */
const READS_LAST_MARK = /\[0 (\S+)\] "hmget" "curfew:1:\{ff\}:installation"/i;

/** One Redis that comes back with less than it had, and a way to it that has no faults. */
export async function startLosingRedis(replicas: number): Promise<FaultyStore> {
  const server = await startGuardedRedis(APPENDING);
  const admin = openAdmin(server);
  const installedAtMs = Date.now() - INSTALLED_AGO_MS;
  await Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) =>
      admin.hset(markKey(partition), 'b', installedAtMs, 't', installedAtMs),
    ),
  );
  const curfew = await asCurfew();
  return {
    name: await serverVersion(admin),
    urls: Array.from({ length: replicas }, () => `redis://curfew@127.0.0.1:${server.port}`),
    flags: curfew.flags,
    faults: losses(server, admin, replicas),
    close: async () => {
      admin.disconnect();
      await server.stop();
      await curfew.remove();
    },
  };
}

function losses(server: RedisServer, admin: Redis, replicas: number): readonly Fault[] {
  const folder = join(server.folder, FILES);
  const comesBack = (
    name: string,
    change: (dice: Dice) => Promise<unknown>,
    prepare: () => Promise<unknown> = () => Promise.resolve(),
  ): Fault => ({
    name,
    mayLoseMs: DAY_MS,
    needsOthers: true,
    losesAnnouncements: true,
    inject: async (dice) => {
      await marksAreKnown(server, admin, replicas);
      await prepare();
      await server.kill();
      await change(dice);
      await server.restart();
      await eventually('an answer of the store', async () => (await admin.ping()) === 'PONG');
    },
  });
  const snapshot = join(server.folder, 'yesterday');
  return [
    {
      ...comesBack('the store restarts without its file', () => rm(folder, { recursive: true })),
      isLoss: true,
    },
    {
      ...comesBack(
        "the store restarts from yesterday's snapshot",
        async () => {
          await rm(folder, { recursive: true });
          await cp(snapshot, folder, { recursive: true });
        },
        () => takeYesterday(folder, snapshot),
      ),
      isLoss: true,
    },
    // Whether marks are lost with it depends on where the file ends.
    comesBack('the end of its file is lost', (dice) => cutShort(folder, dice)),
  ];
}

/** Resolves when every replica of Curfew has read the marks: from now on it must notice a loss. */
async function marksAreKnown(server: RedisServer, admin: Redis, replicas: number): Promise<void> {
  const readers = new Set<string>();
  // The client's own way to watch loses its place when the first line comes early.
  const monitor = connect(server.socketPath);
  monitor.write('AUTH admin any\r\nMONITOR\r\n');
  createInterface(monitor).on('line', (line) => {
    const reader = READS_LAST_MARK.exec(line)?.[1];
    if (reader !== undefined) readers.add(reader);
  });
  // They read all marks on a new connection, and else once a minute.
  await admin.call('CLIENT', 'KILL', 'USER', 'curfew');
  try {
    await eventually('replicas that know', () => readers.size >= replicas, KNOWN_MAX_MS);
  } finally {
    monitor.destroy();
  }
}

/** Copies the file, as if it had been a day ago: with marks that were renewed then. */
async function takeYesterday(folder: string, snapshot: string): Promise<void> {
  const other = await startGuardedRedis(APPENDING);
  const own = join(other.folder, FILES);
  const admin = openAdmin(other);
  try {
    await other.kill();
    await rm(own, { recursive: true });
    await cp(folder, own, { recursive: true });
    await other.restart();
    await eventually('an answer', async () => (await admin.ping()) === 'PONG');
    await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) =>
        admin.hincrby(markKey(partition), 't', -DAY_MS),
      ),
    );
    await other.kill();
    await rm(snapshot, { recursive: true, force: true });
    await cp(own, snapshot, { recursive: true });
  } finally {
    admin.disconnect();
    await other.stop();
  }
}

/** Cuts the file that is appended to somewhere in its second half. */
async function cutShort(folder: string, dice: Dice): Promise<void> {
  const name = (await readdir(folder)).find((each) => each.endsWith('.incr.aof'));
  if (name === undefined) throw new Error('nothing is appended to a file');
  const path = join(folder, name);
  const { size } = await stat(path);
  await truncate(path, dice.between(Math.floor(size / 2), size));
}
