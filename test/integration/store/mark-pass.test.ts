import { expect } from 'chai';
import { Redis } from 'ioredis';
import { ONE_PROCESS } from '../../../src/store/capabilities.ts';
import { connectRedis } from '../../../src/store/redis/connection/connect-redis.ts';
import type { RedisConnection } from '../../../src/store/redis/connection/redis-connection.ts';
import { KnownMarks } from '../../../src/store/redis/installation/known-marks.ts';
import { MarkPass } from '../../../src/store/redis/installation/mark-pass.ts';
import type { MarkPassOptions } from '../../../src/store/redis/installation/mark-pass.ts';
import { writeMark } from '../../../src/store/redis/installation/mark.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { ageMarks, markKey, markKeys } from '../../support/store/marked-replica.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { eventually } from '../../support/time/eventually.ts';

const ALL = 256;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

describe('the installation marks as time passes', function () {
  this.timeout(60_000);
  let server: RedisServer;
  let admin: Redis;
  let connection: RedisConnection;
  let startedAtMs: number;
  let isRefusing: boolean;
  let writtenAgain: number[][];

  before(async function () {
    await redisServerOrSkip(this);
    server = await startRedisServer();
    admin = new Redis(server.port, server.host);
    const secrets = { password: undefined, secureContext: undefined };
    connection = connectRedis(
      {
        address: {
          host: server.host,
          port: server.port,
          isEncrypted: false,
          username: undefined,
          database: 0,
        },
        secrets,
        readSecrets: async () => secrets,
        secretsRejected: undefined,
      },
      {
        observer: {},
        capabilities: ONE_PROCESS,
        wallClock: Date.now,
        replyMaxMs: 5_000,
        silenceMaxMs: 5_000,
      },
    );
    await eventually('a connection', () => connection.isUp);
  });
  beforeEach(async () => {
    isRefusing = false;
    writtenAgain = [];
    await admin.flushall();
    startedAtMs = Date.now();
  });
  after(async () => {
    admin?.disconnect();
    await connection?.close();
    await server?.stop();
  });

  /** A pass of one replica that runs at so many milliseconds after the beginning of the test. */
  function passOf(
    through: MarkPassOptions['connection'] = connection,
    onStoreLoss: MarkPassOptions['onStoreLoss'] = () => 'continue',
  ) {
    const journal = new StoreJournal();
    const pass = new MarkPass({
      connection: through,
      known: new KnownMarks(),
      onStoreLoss,
      observer: journal,
      writeAgain: async (partitions) => {
        if (isRefusing) throw new Error('not now');
        writtenAgain.push([...partitions]);
      },
    });
    return { journal, at: async (afterMs: number) => pass.run(startedAtMs + afterMs) };
  }

  const timeOf = async (partition: number, field: 'b' | 't'): Promise<number> =>
    Number(await admin.hget(markKey(partition), field));
  const lostOf = ({ journal }: { readonly journal: StoreJournal }): number =>
    journal.losses.reduce((sum, { partitions }) => sum + partitions, 0);

  /** Marks that were renewed so long ago. */
  async function marked(ageMs: number): Promise<void> {
    await passOf().at(0);
    await ageMarks(admin, ageMs);
  }

  it('are read once a minute on one connection', async () => {
    const one = passOf();
    await one.at(0);
    await one.at(59_999);
    expect(one.journal.marks).to.have.lengthOf(1);
    await one.at(60_000);
    expect(one.journal.marks).to.have.lengthOf(2);
  });

  it('show a loss within a minute, on the same connection', async () => {
    await marked(5 * MINUTE_MS);
    const one = passOf();
    await one.at(0);
    await admin.flushall();
    await one.at(60_000);
    expect(lostOf(one)).to.equal(ALL);
  });

  it('have what was noted of a lost partition written again, until that succeeds', async () => {
    await marked(5 * MINUTE_MS);
    const one = passOf();
    await one.at(0);
    await admin.del(markKey(7));
    isRefusing = true;
    const fault = await one.at(MINUTE_MS).catch((error: Error) => error.message);
    expect(fault).to.equal('not now');
    isRefusing = false;
    await one.at(MINUTE_MS + 1);
    await one.at(3 * MINUTE_MS);
    expect(writtenAgain).to.deep.equal([[7]]);
    expect(one.journal.losses).to.have.lengthOf(1);
  });

  it('are renewed at ten minutes, by a replica that knew them for a round', async () => {
    await marked(10 * MINUTE_MS - 30 * SECOND_MS);
    const one = passOf();
    const before = await timeOf(3, 't');
    await one.at(31 * SECOND_MS); // due, but this is the first that it sees of them
    expect(await timeOf(3, 't')).to.equal(before);
    const other = passOf();
    await other.at(0);
    await other.at(-30 * SECOND_MS - 31 * SECOND_MS); // not due
    expect(await timeOf(3, 't')).to.equal(before);
    await one.at(92 * SECOND_MS);
    expect(await timeOf(3, 't')).to.be.at.least(startedAtMs);
    expect(await timeOf(3, 'b')).to.be.below(startedAtMs);
    expect([lostOf(one), lostOf(other)]).to.deep.equal([0, 0]);
  });

  it('show no loss when a failover takes a renewal of the last minute', async () => {
    await marked(15 * MINUTE_MS);
    const one = passOf();
    await one.at(0);
    const before = await timeOf(0, 't');
    const earlier = new Map<string, string>();
    for (const key of await markKeys(admin)) {
      // oxlint-disable-next-line no-await-in-loop
      earlier.set(key, (await admin.hget(key, 't')) ?? '');
    }
    await one.at(MINUTE_MS); // renews them
    expect(await timeOf(0, 't')).to.be.above(before);
    const old = async (): Promise<unknown> =>
      Promise.all([...earlier].map(([key, at]) => admin.hset(key, 't', at)));
    await old();
    // The first round after it: the renewal was not seen for a minute.
    await one.at(2 * MINUTE_MS);
    expect(lostOf(one)).to.equal(0);
    // Renewed again, and seen.
    await one.at(3 * MINUTE_MS);
    await one.at(4 * MINUTE_MS);
    await old();
    await one.at(5 * MINUTE_MS);
    expect(lostOf(one)).to.equal(ALL);
  });

  it('show no loss when a failover takes a renewal that a replica has just seen', async () => {
    await marked(11 * MINUTE_MS);
    let generation = 1;
    const one = passOf({
      get generation() {
        return generation;
      },
      read: connection.read.bind(connection),
      run: connection.run.bind(connection),
    });
    await one.at(0);
    const renewed = async (atMs: number): Promise<unknown> =>
      Promise.all((await markKeys(admin)).map((key) => admin.hset(key, 't', atMs)));
    const before = Math.max(
      ...(await Promise.all(Array.from({ length: ALL }, (_, each) => timeOf(each, 't')))),
    );
    await renewed(startedAtMs); // by another replica
    generation += 1;
    await one.at(59_999); // seen when it is not a minute old
    await renewed(before);
    generation += 1;
    await one.at(MINUTE_MS);
    expect(lostOf(one)).to.equal(0);
    await renewed(startedAtMs);
    generation += 1;
    await one.at(MINUTE_MS + 1); // seen again, and a minute old
    await renewed(before);
    generation += 1;
    await one.at(MINUTE_MS + 2);
    expect(lostOf(one)).to.equal(ALL);
  });

  it('are not renewed by a fresh replica before one that knew newer ones has looked', async () => {
    await marked(15 * MINUTE_MS);
    await Promise.all(
      (await markKeys(admin)).map((key) => admin.hset(key, 't', startedAtMs - 2 * MINUTE_MS)),
    );
    const knows = passOf();
    await knows.at(0);
    // An old snapshot, and a replica that starts just now.
    await Promise.all(
      (await markKeys(admin)).map((key) => admin.hset(key, 't', startedAtMs - 14 * MINUTE_MS)),
    );
    await passOf().at(MINUTE_MS);
    await knows.at(MINUTE_MS);
    expect(lostOf(knows)).to.equal(ALL);
  });

  it('never get older, whatever the clock of the store does', async () => {
    await marked(5 * MINUTE_MS);
    const ahead = startedAtMs + 60 * MINUTE_MS;
    await Promise.all((await markKeys(admin)).map((key) => admin.hset(key, 't', ahead)));
    await writeMark(connection, 9, 'renew');
    expect(await timeOf(9, 't')).to.equal(ahead);
    const one = passOf();
    await one.at(0);
    await one.at(MINUTE_MS);
    expect(lostOf(one)).to.equal(0);
  });

  it('of a new store are completed without a word after an interruption', async () => {
    let isBroken = true;
    const one = passOf({
      generation: 1,
      read: async (...words) => connection.read(...words),
      run: async (name, keys, args, words) => {
        if (isBroken && keys[0]?.includes('{c')) throw new Error('the connection was lost');
        return connection.run(name, keys, args, words);
      },
    });
    const fault = await one.at(0).catch((error: unknown) => error);
    expect(fault).to.be.an('error');
    expect(await markKeys(admin)).to.have.lengthOf.within(1, ALL - 1);
    isBroken = false;
    await one.at(10 * MINUTE_MS);
    expect(await markKeys(admin)).to.have.lengthOf(ALL);
    expect(lostOf(one)).to.equal(0);
  });

  it('show a loss in some partitions while others cannot be read, and begin nothing', async () => {
    await marked(5 * MINUTE_MS);
    let isBroken = false;
    const one = passOf({
      generation: 1,
      read: async (...words) => {
        if (isBroken && words[1]?.includes('{c')) throw new Error('the connection was lost');
        return connection.read(...words);
      },
      run: connection.run.bind(connection),
    });
    await one.at(0);
    isBroken = true;
    await admin.del(markKey(0), markKey(1));
    const fault = await one.at(MINUTE_MS).catch((error: unknown) => error);
    expect(fault).to.be.an('error');
    expect(lostOf(one)).to.equal(2);
    // Not done: the next turn looks again.
    await one.at(MINUTE_MS).catch(() => undefined);
    expect(one.journal.marks).to.have.lengthOf(3);
    const fresh = passOf({
      generation: 1,
      read: async (...words) => {
        if (words[1]?.includes('{c')) throw new Error('the connection was lost');
        return connection.read(...words);
      },
      run: connection.run.bind(connection),
    });
    await admin.flushall();
    await fresh.at(0).catch(() => undefined);
    expect(await markKeys(admin)).to.deep.equal([]);
  });
});
