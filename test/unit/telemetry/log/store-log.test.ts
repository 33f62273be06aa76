import { expect } from 'chai';
import { subjectOf } from '../../../support/store/store-requests.ts';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { StoreUnavailable } from '../../../../src/session/session-store.ts';
import type { StoreInspection } from '../../../../src/store/store-inspection.ts';
import { StoreLog } from '../../../../src/telemetry/log/store-log.ts';
import { SweepLog } from '../../../../src/telemetry/log/sweep-log.ts';
import { Metrics } from '../../../../src/telemetry/metrics/metrics.ts';
import { StoreMetrics } from '../../../../src/telemetry/metrics/store-metrics.ts';

let lines: { readonly event: string; readonly [field: string]: unknown }[];
const log = pino(
  { base: null },
  { write: (line) => lines.push(JSON.parse(line) as (typeof lines)[number]) },
);
const events = () => lines.splice(0).map(({ event }) => event);

beforeEach(() => {
  lines = [];
});

describe('StoreLog', () => {
  let registry: Registry;
  let store: StoreLog;
  let nowMs: number;

  beforeEach(() => {
    registry = new Registry();
    nowMs = 1_000;
    store = new StoreLog(log, new StoreMetrics(registry), () => nowMs);
  });

  const metric = async (name: string) =>
    new RegExp(`^${name} (\\S+)$`, 'm').exec(await registry.metrics())?.[1];
  const usable = (...warnings: readonly ('eviction_policy' | 'memory_nearly_full')[]) =>
    ({
      kind: 'usable',
      product: 'redis',
      version: '8.0.0',
      warnings: warnings.map((kind) => ({ kind, text: `about ${kind}` })),
    }) satisfies StoreInspection;

  it('reports each loss of the connection and each return once', () => {
    for (const isUp of [true, true, false, false, true]) store.up(isUp);
    expect(events()).to.deep.equal(['store_up', 'store_down', 'store_up']);
  });

  it('does not report a connection as lost that was never there', () => {
    store.up(false);
    expect(events()).to.deep.equal([]);
  });

  it('names the store when it has taken the announcement for the first time', () => {
    store.up(true);
    store.inspected(usable());
    expect(events()).to.deep.equal(['store_up']);
    store.answered(usable());
    expect(lines[0]).to.include({ event: 'store_answered', product: 'redis', version: '8.0.0' });
    store.answered(usable());
    expect(events()).to.deep.equal(['store_answered']);
  });

  it('names each cause once, also when causes take turns, and again after a steady minute', () => {
    for (const why of ['ECONNREFUSED', 'ECONNREFUSED', 'LOADING', 'ECONNREFUSED', 'LOADING']) {
      store.unreachable(why);
      nowMs += 50_000;
    }
    expect(lines.map(({ why }) => why)).to.deep.equal(['ECONNREFUSED', 'LOADING']);
    expect(events()).to.deep.equal(['store_silent', 'store_silent']);
    nowMs += 60_000;
    store.unreachable('LOADING');
    expect(events()).to.deep.equal(['store_silent']);
  });

  it('has a limit for causes', () => {
    for (let cause = 0; cause < 1_000; cause += 1) store.unreachable(`cause ${cause}`);
    expect(events()).to.have.length(20);
  });

  it('counts the losses of an unsteady connection, and tells the count when it is steady', () => {
    for (let loss = 0; loss < 10; loss += 1) {
      store.up(true);
      store.unreachable('the same');
      store.up(false);
      nowMs += 1_000;
    }
    store.up(true);
    store.answered(usable());
    expect(events()).to.deep.equal([
      'store_up',
      'store_silent',
      'store_down',
      'store_up',
      'store_answered',
    ]);
    nowMs += 58_000;
    store.answered(usable());
    expect(events()).to.deep.equal([]);
    nowMs += 1_000;
    store.answered(usable());
    store.answered(usable());
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ event: 'store_steady', lost: 9 });
  });

  it('names a refusal of a store that can be reached, and says when it can be used again', () => {
    store.up(true);
    store.answered(usable());
    store.silent(new StoreUnavailable('refused', 'the store refused: NOREPLICAS'));
    store.silent(new StoreUnavailable('refused', 'the store refused: NOREPLICAS'));
    store.answered(usable());
    store.answered(usable());
    expect(events()).to.deep.equal(['store_up', 'store_answered', 'store_silent', 'store_usable']);
  });

  it('names each part of a Cluster that is down once for each cause, and what that means', () => {
    const refused = { node: 'a:1', partitions: 85, hasReplicasKey: false, why: 'ECONNREFUSED' };
    const late = { ...refused, why: 'it does not answer' };
    for (const shard of [refused, late, refused, late]) store.shards({ known: 3, down: [shard] });
    expect(lines.map(({ why }) => why)).to.deep.equal(['ECONNREFUSED', 'it does not answer']);
    expect(lines[0]?.['msg']).to.match(/: ECONNREFUSED; sessions in the others are decided$/);
    store.shards({ known: 3, down: [] });
    store.shards({ known: 3, down: [{ ...refused, hasReplicasKey: true }] });
    expect(lines.at(-1)).to.include({ replicas_key: true });
    expect(lines.at(-1)?.['msg']).to.match(/unknown credentials get no verdict anywhere/);
    expect(events().slice(2)).to.deep.equal(['store_shard_up', 'store_shard_down']);
    store.shards({ known: 2, down: [refused, { ...refused, node: 'b:2' }] });
    expect(lines.at(-1)?.['msg']).to.match(/: ECONNREFUSED; nor can any other$/);
  });

  it('names each address that no map has named once a minute, and counts the others', () => {
    for (let check = 0; check < 1_000; check += 1) store.redirectedAway('a:1', `b:${check % 2}`);
    expect(lines.map(({ to }) => to)).to.deep.equal(['b:0', 'b:1']);
    nowMs += 60_000;
    store.redirectedAway('a:1', 'b:1');
    expect(lines[2]).to.include({ event: 'store_redirected_away', to: 'b:1', left_out: 998 });
  });

  it('leaves it to the connection to say why there is none', () => {
    store.silent(new StoreUnavailable('down', 'no connection to the store: not connected yet'));
    expect(events()).to.deep.equal([]);
  });

  it('reports unsafe settings once, and once that they are safe again', async () => {
    store.inspected(usable('eviction_policy'));
    store.inspected(usable('eviction_policy'));
    expect(lines[0]).to.include({ event: 'store_at_risk', risk: 'eviction_policy' });
    expect(events()).to.deep.equal(['store_at_risk']);
    expect(await metric('curfew_store_eviction_policy_safe')).to.equal('0');
    store.inspected(usable('memory_nearly_full'));
    expect(await metric('curfew_store_eviction_policy_safe')).to.equal('1');
    store.inspected(usable());
    expect(events()).to.deep.equal(['store_at_risk', 'store_safe']);
  });

  it('reports a store that can no longer be used, and why', () => {
    store.inspected({ kind: 'refused', text: 'too old' });
    expect(lines[0]).to.include({ event: 'store_unusable', msg: 'too old' });
  });

  it('reports once that source names differ, and once that they no longer do', async () => {
    store.sourcesDiffer(false);
    store.sourcesDiffer(true);
    store.sourcesDiffer(true);
    expect(await metric('curfew_replica_sources_disagree')).to.equal('1');
    store.sourcesDiffer(false);
    expect(events()).to.deep.equal(['sources_disagree', 'sources_agree']);
    expect(await metric('curfew_replica_sources_disagree')).to.equal('0');
  });
});

describe('SweepLog', () => {
  let metrics: Metrics;
  let sweeps: SweepLog;

  beforeEach(() => {
    metrics = new Metrics('test');
    sweeps = new SweepLog(log, metrics);
  });

  const swept = (idle: number, absolute: number) =>
    sweeps.swept({
      ended: { idle, absolute },
      examined: 9,
      finished: [],
      active: undefined,
      more: false,
      fault: undefined,
    });
  const failed = () => sweeps.sweepFailed(new StoreUnavailable('down', 'no connection'));

  it('reports the first of several failures, and the recovery', async () => {
    failed();
    failed();
    swept(0, 0);
    expect(events()).to.deep.equal(['sweep_failed', 'sweep_recovered']);
    const { text } = await metrics.exposition();
    expect(text).to.match(/^curfew_sweeps_failed_total 2$/m);
  });

  it('takes no turn for a recovery that was cut short, or that wrote nothing while writes are refused', () => {
    const turn = (examined: number, fault: Error | undefined) =>
      sweeps.swept({
        ended: { idle: 0, absolute: 0 },
        examined,
        finished: [],
        active: undefined,
        more: false,
        fault,
      });
    const refused = new StoreUnavailable('refused', 'the store refused: NOREPLICAS');
    turn(3, refused);
    sweeps.sweepFailed(refused);
    turn(3, refused);
    sweeps.sweepFailed(refused);
    turn(0, undefined);
    sweeps.sweepFailed(refused);
    expect(events()).to.deep.equal(['sweep_failed']);
    turn(1, undefined);
    expect(events()).to.deep.equal(['sweep_recovered']);
  });

  it('says which ends of subjects it has finished', () => {
    const subject = subjectOf('ada');
    sweeps.swept({
      ended: { idle: 0, absolute: 0 },
      examined: 0,
      finished: [{ subject, by: 'revoked', ended: 3 }],
      active: undefined,
      more: false,
      fault: undefined,
    });
    expect(lines[0]).to.include({
      event: 'subject_end_finished',
      subject: subject.slice(0, 12),
      by: 'revoked',
      sessions: 3,
    });
  });

  it('says how many sessions a turn ended, and is silent when there are none', () => {
    swept(2, 1);
    swept(0, 0);
    expect(lines[0]).to.include({ idle_timeout: 2, absolute_timeout: 1, examined: 9 });
    expect(events()).to.deep.equal(['sessions_swept']);
  });
});
