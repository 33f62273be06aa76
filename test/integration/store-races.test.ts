import { expect } from 'chai';
import type { EndOutcome, OpenRequest, SessionStore } from '../../src/session/session-store.ts';
import type { TouchOutcome } from '../../src/session/touch-outcome.ts';
import type { OpenedStore } from '../../src/store/opened-store.ts';
import { partitionOf } from '../../src/store/store-keys.ts';
import { redisServerOrSkip } from '../support/provision.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { keyOf, sourceWith, touchOf } from '../support/store-requests.ts';
import {
  openAdmin,
  openAsCurfew,
  openRedisWorld,
  startGuardedRedis,
} from '../support/store-world.ts';
import type { RedisWorld } from '../support/store-world.ts';
import { touched } from '../support/touched.ts';

const MINUTE = 60_000;
const REPLICAS = 4;
const ROUNDS = 40;

describe('replicas at the same instant', () => {
  let server: RedisServer | undefined;
  let world: RedisWorld;
  let replicas: OpenedStore[] = [];

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
    world = await openRedisWorld(server);
    const { port } = server;
    replicas = await Promise.all(
      Array.from({ length: REPLICAS }, async () => openAsCurfew({ port })),
    );
  });
  after(async () => {
    await Promise.all(replicas.map(async (replica) => replica.close()));
    await world.close();
    await server?.stop();
  });

  const all = async <Found>(ask: (store: SessionStore) => Promise<Found>): Promise<Found[]> =>
    Promise.all(replicas.map(async ({ store }) => ask(store)));
  const openOf = (name: string): OpenRequest => ({
    ...touchOf(name),
    opening: 'first-use',
    startedAtMs: undefined,
  });
  const endOf = (name: string) => ({
    key: keyOf(name),
    source: sourceWith(),
    by: 'revoked' as const,
  });
  const toldOf = async (name: string) =>
    (await world.events(keyOf(name))).map(({ kind, by }) => `${kind} ${by}`);

  it('open one credential once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `opened ${round}`;
      const outcomes = await all(async (store) => store.open(openOf(name)));
      const opened = outcomes.filter((outcome) => 'opened' in outcome && outcome.opened);
      expect(opened).to.have.length(1);
      expect(await toldOf(name)).to.deep.equal(['opened first-use']);
    }
  });

  it('end an expired session once, and tell it once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `expired ${round}`;
      await world.store.open(openOf(name));
      await world.passTime(6 * MINUTE);
      const kinds = (await all(async (store) => touched(store, touchOf(name)))).map(
        ({ kind }) => kind,
      );
      expect(kinds.toSorted()).to.deep.equal(['ended', 'ended', 'ended', 'expired']);
      expect(await toldOf(name)).to.deep.equal(['opened first-use', 'ended idle']);
    }
  });

  it('revoke once; the same call twice finds it ended', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `revoked ${round}`;
      await world.store.open(openOf(name));
      const kinds = (await all(async (store) => store.end(endOf(name)))).map(({ kind }) => kind);
      expect(kinds.toSorted()).to.deep.equal(['already', 'already', 'already', 'ended']);
      expect(await toldOf(name)).to.have.length(2);
    }
  });

  it('never let a session live that a revocation has answered for', async () => {
    const [revoker, ...touchers] = replicas;
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `raced ${round}`;
      await world.store.open(openOf(name));
      let isRevoked = false;
      const after: TouchOutcome[] = [];
      const touching = touchers.map(async ({ store }) => {
        for (let step = 0; step < 10; step += 1) {
          const isAfter = isRevoked;
          const ask = step % 2 === 0 ? touched(store, touchOf(name)) : store.open(openOf(name));
          const outcome = await ask;
          if (isAfter) after.push(outcome);
        }
      });
      const ended = revoker?.store.end(endOf(name)).then((outcome: EndOutcome) => {
        isRevoked = true;
        return outcome.kind;
      });
      await Promise.all(touching);
      expect(await ended).to.equal('ended');
      expect(after).to.not.be.empty;
      expect(new Set(after.map(({ kind }) => kind))).to.deep.equal(new Set(['ended']));
      expect(await toldOf(name)).to.deep.equal(['opened first-use', 'ended revoked']);
    }
  });

  it('touch one session in any order with one result: no activity moves back', async () => {
    await world.store.open(openOf('busy'));
    let newestMs = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await all(async (store) => touched(store, touchOf('busy')));
      const lastMs = Number(
        await world.admin.hget(partitionOf(keyOf('busy')).session(keyOf('busy')), 'a'),
      );
      expect(lastMs).to.be.at.least(newestMs);
      newestMs = lastMs;
    }
  });

  it('sweep at once, and end and tell each session once', async function () {
    this.timeout(20_000);
    await world.admin.flushall();
    const names = Array.from({ length: 200 }, (_, index) => `swept ${index}`);
    await Promise.all(names.map(async (name) => world.store.open(openOf(name))));
    await world.passTime(6 * MINUTE);
    const sources = new Map([['web', sourceWith()]]);
    const reports = await all(async (store) => store.sweep(sources, 100_000));
    const ended = reports.reduce((sum, report) => sum + report.ended.idle, 0);
    expect(ended).to.equal(200);
    for (const name of names) {
      expect(await toldOf(name)).to.deep.equal(['opened first-use', 'ended idle']);
    }
  });

  it('(control) would tell an end twice if it took two commands', async () => {
    await world.store.open(openOf('control'));
    const { events, session } = partitionOf(keyOf('control'));
    const server_ = server;
    if (server_ === undefined) throw new Error('no server');
    const clients = [openAdmin(server_), openAdmin(server_)];
    const reads = clients.map(async (client) => client.hget(session(keyOf('control')), 'e'));
    const found = await Promise.all(reads);
    for (const [index, client] of clients.entries()) {
      expect(found[index]).to.equal(null);
      await client.hset(session(keyOf('control')), 'e', 1, 'w', 'revoked');
      await client.xadd(events, '*', 'kind', 'ended', 'by', 'revoked', 'session', keyOf('control'));
      client.disconnect();
    }
    expect(await toldOf('control')).to.deep.equal([
      'opened first-use',
      'ended revoked',
      'ended revoked',
    ]);
  });
});
