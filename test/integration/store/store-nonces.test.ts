import { expect } from 'chai';
import type { StoreUnavailable } from '../../../src/session/session-store.ts';
import { INDEX_CHARACTERS, partitionOf } from '../../../src/store/redis/store-keys.ts';
import { SCRIPT_KEYS } from '../../../src/store/redis/load-scripts.ts';
import { startFaultyRedis } from '../../support/redis/faulty-redis.ts';
import type { FaultyRedis } from '../../support/redis/faulty-redis.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import {
  keyOf,
  sourceWith,
  subjectOf,
  touchOf,
  visitOf,
} from '../../support/store/store-requests.ts';
import { openRedisWorld, startGuardedRedis } from '../../support/store/store-world.ts';
import type { RedisWorld } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';

const MINUTE = 60_000;

/** One script: the words that its replies begin with, and two calls whose answers differ. */
interface Swapped {
  readonly words: readonly string[];
  readonly first: (world: RedisWorld) => Promise<unknown>;
  readonly second: (world: RedisWorld) => Promise<unknown>;
}

const open = async ({ store }: RedisWorld, name: string) =>
  store.open({ ...touchOf(name), opening: 'first-use', startedAtMs: undefined });
const end = async ({ store }: RedisWorld, name: string) =>
  store.end({ key: keyOf(name), source: sourceWith(), by: 'revoked' });
const announce = async ({ opened }: RedisWorld, replica: string) =>
  opened.announce({
    replica,
    fingerprints: ['key'],
    writing: 'key',
    sourceDigest: 'web',
    retentionMs: MINUTE,
    abilities: [],
  });
/** Opens a session that is over, and sweeps. The fault of the turn is thrown. */
const sweep = async (world: RedisWorld, name: string) => {
  await open(world, name);
  await world.passTime(6 * MINUTE);
  const report = await world.sweeper.sweep(new Map([['web', sourceWith()]]), 100);
  if (report.fault !== undefined) throw report.fault;
  return report;
};

const ada = subjectOf('ada');
const enter = async ({ directory }: RedisWorld, name: string) =>
  directory.enter({ subject: ada, session: keyOf(name), retentionMs: MINUTE });
const attach = async ({ directory }: RedisWorld, name: string) =>
  directory.attach({ key: keyOf(name), subject: ada });
const begin = async ({ directory }: RedisWorld, name: string) =>
  directory.beginSubjectEnd({
    subject: subjectOf(name),
    by: 'revoked',
    retentionMs: MINUTE,
  });
/** Takes the entry of a session that has ended out of the index of its subject. */
const forget = async (world: RedisWorld, name: string) => {
  await enter(world, name);
  await end(world, name);
  const [partition = 0] = Buffer.from(ada, 'base64url');
  const index = partition * INDEX_CHARACTERS.length + INDEX_CHARACTERS.indexOf(ada.charAt(2));
  const review = await world.directory.reviewIndex(`${index}:0`, 1);
  if (review.fault !== undefined) throw review.fault;
  return review;
};
/** Opens a session and takes it out of the count, and sweeps. */
const miscount = async (world: RedisWorld, name: string) => {
  await open(world, name);
  await world.admin.del(partitionOf(keyOf(name)).active);
  const report = await world.sweeper.sweep(new Map([['web', sourceWith()]]), 100_000);
  if (report.fault !== undefined) throw report.fault;
  return report;
};

const SCRIPTS: Readonly<Record<string, Swapped>> = {
  touch: {
    words: ['live', 'unknown'],
    first: async (world) => touched(world.store, touchOf('live')),
    second: async (world) => touched(world.store, touchOf('unknown')),
  },
  open: {
    words: ['live', 'ended'],
    first: async (world) => open(world, 'live'),
    second: async (world) => open(world, 'ended'),
  },
  end: {
    words: ['already', 'unknown'],
    first: async (world) => end(world, 'ended'),
    second: async (world) => end(world, 'unknown'),
  },
  login: {
    words: ['live', 'ended'],
    first: async (world) => world.store.visitLogin(visitOf('live')),
    second: async (world) => world.store.visitLogin(visitOf('ended')),
  },
  claim: {
    words: ['claimed'],
    first: async ({ store }) => store.claim(keyOf('one'), keyOf('one')),
    second: async ({ store }) => store.claim(keyOf('other'), keyOf('other')),
  },
  announce: {
    words: ['announced'],
    first: async (world) => announce(world, 'one'),
    second: async (world) => announce(world, 'other'),
  },
  sweep: {
    words: ['over', 'waiting', 'done', 'other'],
    first: async (world) => {
      await world.admin.flushall();
      await sweep(world, 'swept');
    },
    second: async (world) => sweep(world, 'swept later'),
  },
  look: {
    words: ['looked'],
    // A turn runs this script for a few partitions at a time.
    first: async () => undefined,
    second: async (world) => sweep(world, 'looked at'),
  },
  count: {
    words: ['counted'],
    first: async (world) => miscount(world, 'counted'),
    second: async (world) => miscount(world, 'counted later'),
  },
  enter: {
    words: ['entered'],
    first: async (world) => enter(world, 'one'),
    second: async (world) => enter(world, 'other'),
  },
  attach: {
    words: ['attached', 'unknown'],
    first: async (world) => attach(world, 'live'),
    second: async (world) => attach(world, 'ended'),
  },
  begin: {
    words: ['begun'],
    first: async (world) => begin(world, 'one'),
    second: async (world) => begin(world, 'other'),
  },
  unlock: {
    words: ['ok'],
    first: async ({ directory }) => directory.unlock({ subject: ada, retentionMs: MINUTE }),
    second: async ({ directory }) => directory.unlock({ subject: ada, retentionMs: MINUTE }),
  },
  forget: {
    words: ['ok'],
    first: async (world) => forget(world, 'live'),
    second: async (world) => forget(world, 'ended'),
  },
  limits: {
    words: ['ok', 'unknown'],
    // A turn runs this script for each partition.
    first: async () => undefined,
    second: async (world) => sweep(world, 'reviewed'),
  },
  mark: {
    words: ['marked'],
    // One call runs this script for each partition.
    first: async () => undefined,
    second: async ({ opened }) => opened.administration.installation.init(),
  },
  permissions: {
    words: ['permitted'],
    // It is run twice.
    first: async () => undefined,
    second: async ({ opened }) => opened.tryPermissions(),
  },
};

/** Keeps the first reply that begins with one of these words, and gives it again instead of later ones. */
function repeatFirst(words: readonly string[]): (replies: string) => string {
  const pattern = new RegExp(`\\$\\d+\\r\\n(?:${words.join('|')}) [^\\r]*\\r\\n`, 'g');
  let first: string | undefined;
  return (replies) => replies.replace(pattern, (reply) => (first ??= reply));
}

describe('a reply of the same script to another call', () => {
  let server: RedisServer;
  let way: FaultyRedis;
  let world: RedisWorld;
  let journal: StoreJournal;

  before(async function () {
    await redisServerOrSkip(this);
  });
  beforeEach(async () => {
    server = await startGuardedRedis();
    way = await startFaultyRedis(server.port);
    journal = new StoreJournal();
    // This tests which reply is used, not how fast it comes.
    const options = { observer: journal, commandTimeoutMs: 5_000 };
    world = await openRedisWorld({ ...server, port: way.port }, options);
    await open(world, 'live');
    await open(world, 'ended');
    await end(world, 'ended');
  });
  afterEach(async () => {
    await world.close();
    await way.close();
    await server.stop();
  });

  for (const [script, { words, first, second }] of Object.entries(SCRIPTS)) {
    it(`is not used for ${script}: it is counted, and the connection is closed`, async () => {
      way.become({ kind: 'rewritten', rewrite: repeatFirst(words) });
      await first(world);
      expect(journal.desyncs).to.equal(0);
      const fault = await second(world).then(
        (outcome) => expect.fail(`it was used: ${JSON.stringify(outcome)}`),
        (error: StoreUnavailable) => error,
      );
      expect(fault.message).to.equal('the store gave the reply to another call');
      expect(journal.desyncs).to.equal(1);
    });

    it(`(control) is all that is wrong with ${script}: its own replies are used`, async () => {
      way.become({ kind: 'rewritten', rewrite: (replies) => replies });
      await first(world);
      await second(world);
      expect(journal.desyncs).to.equal(0);
    });
  }

  it('is tested for every script', () => {
    expect(Object.keys(SCRIPTS)).to.have.members(Object.keys(SCRIPT_KEYS));
  });
});
