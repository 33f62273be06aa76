import { expect } from 'chai';
import type { EndOutcome } from '../../../src/session/end-request.ts';
import type { OpenRequest, SessionStore } from '../../../src/session/session-store.ts';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { keyOf, sourceWith, touchOf, visitOf } from '../../support/store/store-requests.ts';
import {
  announceAbilities,
  openAdmin,
  openAsCurfew,
  openRedisWorld,
  startGuardedRedis,
} from '../../support/store/store-world.ts';
import type { RedisWorld } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';

const MINUTE = 60_000;
const REPLICAS = 4;
const ROUNDS = 40;
// The order of steps matters here, not their time, also on a busy machine.
const PATIENT = { commandTimeoutMs: 5_000 };

describe('replicas at the same instant', () => {
  let server: RedisServer | undefined;
  let world: RedisWorld;
  let replicas: OpenedStore[] = [];

  before(async function () {
    await redisServerOrSkip(this);
    server = await startGuardedRedis();
    world = await openRedisWorld(server, PATIENT);
    const { port } = server;
    replicas = await Promise.all(
      Array.from({ length: REPLICAS }, async () => openAsCurfew({ port }, PATIENT)),
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
  const reportedOf = async (name: string) =>
    (await world.events(keyOf(name))).map(({ kind, by }) => `${kind} ${by}`);

  it('open one credential once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `opened ${round}`;
      const outcomes = await all(async (store) => store.open(openOf(name)));
      const opened = outcomes.filter((outcome) => 'opened' in outcome && outcome.opened);
      expect(opened).to.have.length(1);
      expect(await reportedOf(name)).to.deep.equal(['opened first-use']);
    }
  });

  it('end an expired session once, and report it once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `expired ${round}`;
      await world.store.open(openOf(name));
      await world.passTime(6 * MINUTE);
      const kinds = (await all(async (store) => touched(store, touchOf(name)))).map(
        ({ kind }) => kind,
      );
      expect(kinds.toSorted()).to.deep.equal(['ended', 'ended', 'ended', 'expired']);
      expect(await reportedOf(name)).to.deep.equal(['opened first-use', 'ended idle']);
    }
  });

  it('revoke once; the same call twice finds it ended', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `revoked ${round}`;
      await world.store.open(openOf(name));
      const kinds = (await all(async (store) => store.end(endOf(name)))).map(({ kind }) => kind);
      expect(kinds.toSorted()).to.deep.equal(['already', 'already', 'already', 'ended']);
      expect(await reportedOf(name)).to.have.length(2);
    }
  });

  it('end a session that is over once, by visits of a login, and report it once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `visited ${round}`;
      await world.store.open(openOf(name));
      await world.passTime(6 * MINUTE);
      const found = await all(async (store) => store.visitLogin(visitOf(name, { mayEnd: true })));
      const byVisit = found.filter((outcome) => outcome.kind === 'ended' && outcome.byThisVisit);
      expect(byVisit).to.have.length(1);
      expect(new Set(found.map(({ kind }) => kind))).to.deep.equal(new Set(['ended']));
      expect(await reportedOf(name)).to.deep.equal(['opened first-use', 'ended idle']);
    }
  });

  it('mark a session once, and sign it out once', async () => {
    await Promise.all(replicas.map(announceAbilities));
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `marked ${round}`;
      const { session } = partitionOf(keyOf(name));
      await world.store.open(openOf(name));
      await world.passTime(6 * MINUTE);
      await all(async (store) => touched(store, touchOf(name, { onExpiry: 'challenge' })));
      const before = await world.admin.hgetall(session(keyOf(name)));
      await all(async (store) => touched(store, touchOf(name, { onExpiry: 'challenge' })));
      expect(await world.admin.hgetall(session(keyOf(name)))).to.deep.equal(before);
      const visit = visitOf(name, { endLimits: [], maySignOut: true });
      const found = await all(async (store) => store.visitLogin(visit));
      const byVisit = found.filter((outcome) => outcome.kind === 'ended' && outcome.byThisVisit);
      expect(byVisit).to.have.length(1);
      expect(await reportedOf(name)).to.deep.equal(['opened first-use', 'ended signed_out']);
    }
  });

  it('never find a session live after its revocation was answered', async () => {
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
      expect(await reportedOf(name)).to.deep.equal(['opened first-use', 'ended revoked']);
    }
  });

  it('touch one session in any order, and its activity never moves back', async () => {
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

  it('sweep at the same time, and end and report each session once', async function () {
    this.timeout(60_000);
    await world.admin.flushall();
    const names = Array.from({ length: 200 }, (_, index) => `swept ${index}`);
    await Promise.all(names.map(async (name) => world.store.open(openOf(name))));
    await world.passTime(6 * MINUTE);
    const sources = new Map([['web', sourceWith()]]);
    const reports = await Promise.all(
      replicas.map(async ({ sweeper }) => sweeper.sweep(sources, 100_000)),
    );
    const ended = reports.reduce((sum, report) => sum + report.ended.idle, 0);
    expect(ended).to.equal(200);
    for (const name of names) {
      expect(await reportedOf(name)).to.deep.equal(['opened first-use', 'ended idle']);
    }
  });

  it('(control) would report an end twice if it took two commands', async () => {
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
    expect(await reportedOf('control')).to.deep.equal([
      'opened first-use',
      'ended revoked',
      'ended revoked',
    ]);
  });
});
