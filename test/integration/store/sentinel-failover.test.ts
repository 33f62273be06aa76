import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startSentinels } from '../../support/redis/sentinels.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import type { Sentinels } from '../../support/redis/sentinels.ts';
import { locationOf } from '../../support/store/location-of.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { keyOf, touchOf } from '../../support/store/store-requests.ts';
import { announceAbilities, untilUp } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

describe('a store behind Sentinels', function () {
  this.timeout(60_000);
  let redis: Sentinels;
  let stores: OpenedStore[] = [];

  before(async function () {
    await redisServerOrSkip(this);
    // A server that was the primary is of no use for the next failover: Sentinel takes ten seconds
    // to make a replica of it.
    redis = await startSentinels({ downAfterMs: 500, replicas: 3 });
  });
  after(() => redis?.close());
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    stores = [];
  });

  async function open(journal = new StoreJournal(), url?: string): Promise<OpenedStore> {
    const location = locationOf(url ?? `redis+sentinel://${redis.hosts}/${redis.name}`);
    const opened = await openStore(location, {
      clock: Date.now,
      observer: journal,
      commandTimeoutMs: 1_000,
    });
    stores.push(opened);
    await untilUp(opened);
    return opened;
  }

  const primary = async (): Promise<RedisServer> =>
    eventually('primary', () => redis.primary(), 20_000);
  const runIdOf = async (server: RedisServer) =>
    /run_id:(\w+)/.exec(await redis.admin(server).info('server'))?.[1];
  const openSession = async ({ store }: OpenedStore, name: string) => {
    const outcome = await store.open({
      ...touchOf(name),
      opening: 'first-use',
      startedAtMs: undefined,
    });
    expect(outcome.kind).to.equal('live');
  };

  it('finds the primary, and the next one after a kill; ends stay ends', async () => {
    const [journal, former] = [new StoreJournal(), await primary()];
    const before = await runIdOf(former);
    const opened = await open(journal);
    await announceAbilities(opened);
    const inspection = await opened.inspect();
    const kinds = inspection.kind === 'usable' && inspection.warnings.map(({ kind }) => kind);
    expect(kinds).to.include('replicas_not_required');
    for (const name of ['kept', 'ended']) await openSession(opened, name);
    await opened.administration.store.end({
      key: keyOf('ended'),
      source: { source: 'web', retentionMs: 86_400_000 },
      by: 'revoked',
    });
    expect(await opened.administration.confirm()).to.equal('confirmed');

    await former.kill();
    const next = await redis.primaryAfter(former);
    await untilUp(opened);
    expect((await touched(opened.store, touchOf('kept'))).kind).to.equal('live');
    expect((await touched(opened.store, touchOf('ended'))).kind).to.equal('ended');
    const change = await eventually('change of primary', () => journal.primaryChanges[0]);
    expect(change).to.deep.equal([before, await runIdOf(next)]);
    expect(journal.writtenAgainCounts).to.deep.equal([1]);
    expect(journal.desyncs).to.equal(0);
  });

  it('never allows on a former primary that was frozen; the control without Sentinels does', async () => {
    const frozen = await primary();
    const journal = new StoreJournal();
    const [active, silent] = [await open(), await open(journal)];
    const control = await open(new StoreJournal(), `redis://127.0.0.1:${frozen.port}`);
    await openSession(active, 'revoked');
    for (const each of [silent, control]) {
      expect((await touched(each.store, touchOf('revoked'))).kind).to.equal('live');
    }
    frozen.pause();
    await redis.primaryAfter(frozen);
    await untilUp(active);
    await eventually('connection without a call', () => journal.ups.filter(Boolean).length === 2);
    await active.store.end({
      key: keyOf('revoked'),
      source: { source: 'web', retentionMs: 86_400_000 },
      by: 'revoked',
      unknown: 'tombstone',
    });
    frozen.resume();
    expect((await touched(control.store, touchOf('revoked'))).kind).to.equal('live');
    expect((await touched(silent.store, touchOf('revoked'))).kind).to.equal('ended');
  });

  it('follows a planned failover at once, also without a call', async () => {
    const [journal, former] = [new StoreJournal(), await primary()];
    const opened = await open(journal);
    const connections = journal.ups.filter(Boolean).length;
    const next = await redis.failOver();
    await eventually('connection', () => journal.ups.filter(Boolean).length > connections);
    const change = await eventually('change of primary', () => journal.primaryChanges[0]);
    expect(change[1]).to.equal(await runIdOf(next));
    expect(opened.hasAnswered()).to.equal(true);
    expect(former).to.not.equal(next);
  });

  it('keeps its connection while no Sentinel answers, says so, and finds the primary later', async () => {
    const [journal, server] = [new StoreJournal(), await primary()];
    const opened = await open(journal);
    await Promise.all(redis.sentinels.map((sentinel) => sentinel.kill()));
    await eventually(
      'trouble',
      () => journal.sentinelTroubles.at(-1)?.match(/ECONNREFUSED/g)?.length === 3,
    );
    expect(journal.sentinelStates[0]).to.deep.equal({ known: 3, down: 0, why: '' });
    expect(journal.sentinelStates.at(-1)).to.include({ known: 3, down: 3 });
    expect((await touched(opened.store, touchOf('other'))).kind).to.equal('unknown');
    expect(journal.ups).to.deep.equal([true]);
    await redis.admin(server).call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually('lost connection', async () =>
      opened.inspect().then(
        () => false,
        (fault: Error) =>
          /the Sentinels name no primary that can be used: ECONNREFUSED/.test(fault.message),
      ),
    );
    await Promise.all(redis.sentinels.map((sentinel) => sentinel.restart()));
    await untilUp(opened, 20_000);
    await eventually('end of the trouble', () => journal.sentinelTroubles.at(-1) === '');
  });

  it('closes at once, whatever it waits for', async () => {
    const named = await open();
    await named.close();
    const location = locationOf('redis+sentinel://127.0.0.1:1/curfew');
    const nameless = await openStore(location, { clock: Date.now });
    await sleep(50);
    await nameless.close();
    const fresh = await openStore(locationOf(`redis+sentinel://${redis.hosts}/curfew`), {
      clock: Date.now,
    });
    await fresh.close();
  });
});
