import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { OpenedStore } from '../../src/store/opened-store.ts';
import { adoptSocket } from '../../src/store/adopt-socket.ts';
import { redisServerOrSkip } from '../support/provision.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { startHoldingProxy } from '../support/holding-proxy.ts';
import { touchOf } from '../support/store-requests.ts';
import { StoreJournal } from '../support/store-journal.ts';
import { openAdmin, openAsCurfew, startGuardedRedis, untilUp } from '../support/store-world.ts';
import { touched } from '../support/touched.ts';

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
    // So long that a loaded machine is not late: what is tested here is whose reply is whose.
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

  it('mixes touches with everything else on it', async () => {
    await openIt('mixed');
    for (let round = 0; round < 20; round += 1) {
      const [touch, inspection, sweep, announced] = await Promise.all([
        touched(opened.store, touchOf('mixed')),
        opened.inspect(),
        opened.store.sweep(new Map(), 10),
        opened.announce({
          replica: 'one',
          fingerprints: ['a'],
          writing: undefined,
          sourceDigest: 'b',
          retentionMs: 1_000,
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

  it('goes on while the scripts are flushed under load', async function () {
    this.timeout(20_000);
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
          return; // without a connection it fails at once, and the next one too: nobody else would get a turn
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

  it('dies with a thousand calls on it, and tells each once', async function () {
    this.timeout(20_000);
    const proxy = await startHoldingProxy(`127.0.0.1:${server.port}`);
    const port = Number(proxy.address.split(':')[1]);
    const dying = await openAsCurfew({ port }, { commandTimeoutMs: 5_000 });
    proxy.hold();
    const told: number[] = Array.from({ length: 1_000 }, () => 0);
    const faults = new Set<string>();
    const all = new Promise<void>((resolve) => {
      let left = told.length;
      for (const [index] of told.entries()) {
        const tell = (fault: string) => {
          told[index] = (told[index] ?? 0) + 1;
          faults.add(fault);
          if ((left -= 1) === 0) resolve();
        };
        dying.store.touch(touchOf('many 1'), performance.now() + 10_000, {
          touched: ({ kind }) => tell(kind),
          failed: ({ message }) => tell(message),
        });
      }
    });
    await proxy.hasHeld(1_000);
    proxy.close();
    await all;
    await sleep(200);
    expect(told.every((times) => times === 1)).to.equal(true);
    expect([...faults]).to.deep.equal(['the connection to the store was lost']);
    await dying.close();
  });

  it('is taken over again after each reconnection', async function () {
    this.timeout(20_000);
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

  it('leaves the client nothing to read, and us everything', async () => {
    const client = await readyClient();
    const stream = adoptSocket(client);
    const said = new Promise<string>((resolve) =>
      stream.once('data', (data) => resolve(`${data}`)),
    );
    stream.write('PING\r\n');
    expect(await said).to.equal('+PONG\r\n');
    await ended(client);
  });

  it('refuses a client that somebody else reads', async () => {
    const client = await readyClient();
    client.stream.on('data', () => undefined);
    expect(() => adoptSocket(client)).to.throw('not the version we know');
    await ended(client);
  });

  it('refuses a client that is owed replies, and one that tells nothing of them', async () => {
    const client = await readyClient();
    const ping = client.ping();
    expect(() => adoptSocket(client)).to.throw('not the version we know');
    await ping;
    const queue: unknown = Reflect.get(client, 'commandQueue');
    Reflect.set(client, 'commandQueue', undefined);
    expect(() => adoptSocket(client)).to.throw('not the version we know');
    Reflect.set(client, 'commandQueue', queue);
    await ended(client);
  });
});
