import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { adoptSocket } from '../../../src/store/redis/wire/adopt-socket.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { startHoldingProxy } from '../../support/network/holding-proxy.ts';
import { touchOf } from '../../support/store/store-requests.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import {
  openAdmin,
  openAsCurfew,
  startGuardedRedis,
  untilUp,
} from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';

describe('the connection to a real Redis', () => {
  let server: RedisServer;
  let opened: OpenedStore;
  let journal: StoreJournal;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
  });
  beforeEach(async () => {
    journal = new StoreJournal();
    // So long that a loaded machine is not late: this tests which reply belongs to which call.
    opened = await openAsCurfew(server, { observer: journal, commandTimeoutMs: 5_000 });
  });
  afterEach(async () => opened.close());
  after(async () => server.stop());

  const openIt = async (name: string) =>
    opened.store.open({ ...touchOf(name), opening: 'first-use', startedAtMs: undefined });

  it('answers each of many calls at once with its own reply', async () => {
    await Promise.all(Array.from({ length: 100 }, async (_, index) => openIt(`many ${index}`)));
    const kinds = await Promise.all(
      Array.from({ length: 2_000 }, async (_, index) => {
        const { kind } = await touched(opened.store, touchOf(`many ${index % 200}`));
        return kind === (index % 200 < 100 ? 'live' : 'unknown');
      }),
    );
    expect(kinds).to.not.include(false);
  });

  it('carries touches and every other call at the same time', async () => {
    await openIt('mixed');
    for (let round = 0; round < 20; round += 1) {
      const [touch, inspection, sweep, announced] = await Promise.all([
        touched(opened.store, touchOf('mixed')),
        opened.inspect(),
        opened.sweeper.sweep(new Map(), 10),
        opened.announce({
          replica: 'one',
          fingerprints: ['a'],
          writing: undefined,
          sourceDigest: 'b',
          retentionMs: 1_000,
          abilities: [],
        }),
      ]);
      expect([touch.kind, inspection.kind, sweep.fault]).to.deep.equal([
        'live',
        'usable',
        undefined,
      ]);
      expect(announced.keys.has('a')).to.equal(true);
    }
    expect(journal.desyncs).to.equal(0);
  });

  it('keeps working while the scripts are flushed under load', async function () {
    this.timeout(60_000);
    await openIt('flushed');
    const admin = openAdmin(server);
    const flushing = new AbortController();
    let calls = 0;
    const faults: Error[] = [];
    const lane = async () => {
      while (!flushing.signal.aborted) {
        const outcome = await touched(opened.store, touchOf('flushed')).catch(
          (error: Error) => error,
        );
        calls += 1;
        if (outcome instanceof Error) {
          faults.push(outcome);
          return; // without a connection each call fails at once, and this loop would block all others
        }
        expect(outcome.kind).to.equal('live');
      }
    };
    const lanes = Array.from({ length: 64 }, lane);
    for (let flush = 0; flush < 100; flush += 1) {
      await admin.script('FLUSH');
      await sleep(5);
    }
    flushing.abort();
    await Promise.all(lanes);
    expect(faults).to.deep.equal([]);
    expect(calls).to.be.greaterThan(1_000);
    admin.disconnect();
  });

  it('ends with a thousand calls on it, and fails each once', async function () {
    this.timeout(60_000);
    const proxy = await startHoldingProxy(`127.0.0.1:${server.port}`);
    const port = Number(proxy.address.split(':')[1]);
    const dying = await openAsCurfew({ port }, { commandTimeoutMs: 5_000 });
    proxy.hold();
    const answers: number[] = Array.from({ length: 1_000 }, () => 0);
    const faults = new Set<string>();
    const all = new Promise<void>((resolve) => {
      let left = answers.length;
      for (const [index] of answers.entries()) {
        const count = (fault: string) => {
          answers[index] = (answers[index] ?? 0) + 1;
          faults.add(fault);
          if ((left -= 1) === 0) resolve();
        };
        dying.store.touch(touchOf('many 1'), performance.now() + 10_000, {
          touched: ({ kind }) => count(kind),
          failed: ({ message }) => count(message),
        });
      }
    });
    await proxy.hasHeld(1_000);
    proxy.close();
    await all;
    await sleep(200);
    expect(answers.every((times) => times === 1)).to.equal(true);
    expect([...faults]).to.deep.equal(['the connection to the store was lost']);
    await dying.close();
  });

  it('is adopted again after each reconnection', async function () {
    this.timeout(60_000);
    await openIt('again');
    const admin = openAdmin(server);
    for (let round = 0; round < 3; round += 1) {
      await admin.client('KILL', 'USER', 'curfew');
      await sleep(10);
      await untilUp(opened);
      expect((await touched(opened.store, touchOf('again'))).kind).to.equal('live');
    }
    expect(journal.ups.filter((isUp) => isUp)).to.have.length(4);
    admin.disconnect();
  });
});

describe('adoptSocket', () => {
  let server: RedisServer;

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
  });
  after(async () => server.stop());

  const readyClient = async () => {
    const client = new Redis(server.socketPath, { username: 'admin', password: 'any' });
    await new Promise((resolve) => client.once('ready', resolve));
    return client;
  };

  const ended = async (client: Redis) => {
    const end = new Promise((resolve) => client.once('end', resolve));
    client.disconnect();
    await end;
  };

  it('leaves nothing for the client to read', async () => {
    const client = await readyClient();
    const stream = adoptSocket(client);
    const said = new Promise<string>((resolve) =>
      stream.once('data', (data) => resolve(`${data}`)),
    );
    stream.write('PING\r\n');
    expect(await said).to.equal('+PONG\r\n');
    await ended(client);
  });

  it('refuses a client with another reader', async () => {
    const client = await readyClient();
    client.stream.on('data', () => undefined);
    expect(() => adoptSocket(client)).to.throw('in an unknown way');
    await ended(client);
  });

  it('refuses a client with outstanding replies, and one that does not show them', async () => {
    const client = await readyClient();
    const ping = client.ping();
    expect(() => adoptSocket(client)).to.throw('in an unknown way');
    await ping;
    const queue: unknown = Reflect.get(client, 'commandQueue');
    Reflect.set(client, 'commandQueue', undefined);
    expect(() => adoptSocket(client)).to.throw('in an unknown way');
    Reflect.set(client, 'commandQueue', queue);
    await ended(client);
  });
});
