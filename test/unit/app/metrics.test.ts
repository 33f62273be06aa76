import { expect } from 'chai';
import { CHECK_BUCKETS_S } from '../../../src/app/check-metrics.ts';
import { Metrics } from '../../../src/app/metrics.ts';
import { OpeningsAtLimit } from '../../../src/authz/openings-at-limit.ts';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import type { PolicySet } from '../../../src/policy/policy-set.ts';
import { StoreOverloaded } from '../../../src/session/session-store.ts';
import { REASONS } from '../../../src/verdict/reason.ts';
import { observation } from '../../support/check-observation.ts';

function policySet(sources: readonly string[], policies: readonly string[]): PolicySet {
  const text = `version: 1
sources:
${sources.map((name) => `  - { name: ${name}, cookie: ${name}, opening: registered }`).join('\n')}
policies:
${policies.map((name) => `  - { name: ${name}, match: [{ path: /${name} }], idle: 1h, absolute: 12h }`).join('\n')}
  - { name: rest, idle: 1h, absolute: 12h }
`;
  const parsed = parsePolicyFile(text, 'curfew.yaml');
  if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed.problems));
  return parsed.policies;
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The exposition, read as Prometheus reads it. */
async function scrape(
  metrics: Metrics,
): Promise<{ samples: Sample[]; types: Map<string, string>; text: string }> {
  const { text } = await metrics.exposition();
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type !== null) types.set(type[1] ?? '', type[2] ?? '');
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample === null) continue;
    const labels = [...(sample[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    samples.push({
      name: sample[1] ?? '',
      labels: Object.fromEntries(labels.map((label) => [label[1] ?? '', label[2] ?? ''])),
      value: Number(sample[3]),
    });
  }
  return { samples, types, text };
}

describe('metrics', () => {
  let metrics: Metrics;

  beforeEach(() => {
    metrics = new Metrics('1.2.3');
    metrics.policiesInForce(policySet(['web', 'api'], ['payments']), 'abc', 1_800_000_000_000);
  });

  const valueOf = async (
    name: string,
    labels: Record<string, string> = {},
  ): Promise<number | undefined> => {
    const { samples } = await scrape(metrics);
    return samples.find(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    )?.value;
  };

  describe('have the promised names, types and labels', () => {
    const table: readonly (readonly [name: string, type: string, labels: readonly string[]])[] = [
      ['curfew_checks_total', 'counter', ['mode', 'policy', 'reason', 'verdict']],
      ['curfew_check_duration_seconds', 'histogram', ['le', 'verdict']],
      ['curfew_store_call_duration_seconds', 'histogram', ['le', 'outcome', 'script']],
      ['curfew_store_up', 'gauge', []],
      ['curfew_store_clock_skew_seconds', 'gauge', []],
      ['curfew_store_eviction_policy_safe', 'gauge', []],
      ['curfew_store_desyncs_total', 'counter', []],
      ['curfew_replica_keys_disagree', 'gauge', []],
      ['curfew_replica_sources_disagree', 'gauge', []],
      ['curfew_sweeps_failed_total', 'counter', []],
      ['curfew_sessions_opened_total', 'counter', ['source']],
      ['curfew_openings_refused_total', 'counter', ['source']],
      ['curfew_sessions_ended_total', 'counter', ['reason']],
      ['curfew_sessions_would_end_total', 'counter', ['reason']],
      ['curfew_touches_skipped_total', 'counter', []],
      ['curfew_config_last_reload_successful', 'gauge', []],
      ['curfew_config_last_reload_success_timestamp_seconds', 'gauge', []],
      ['curfew_config_info', 'gauge', ['hash']],
      ['curfew_key_file_last_reload_successful', 'gauge', []],
      ['curfew_key_file_keys', 'gauge', []],
      ['curfew_key_info', 'gauge', ['fingerprint', 'use']],
      ['curfew_tls_last_reload_successful', 'gauge', []],
      ['curfew_tls_certificate_expiry_timestamp_seconds', 'gauge', []],
      ['curfew_build_info', 'gauge', ['version']],
      ['curfew_ready', 'gauge', []],
      ['curfew_rpcs_in_flight', 'gauge', ['grpc_method', 'grpc_service']],
      ['curfew_checks_in_flight_max', 'gauge', []],
      ['curfew_log_lines_dropped_total', 'counter', []],
      ['grpc_server_started_total', 'counter', ['grpc_method', 'grpc_service', 'grpc_type']],
      ['curfew_grpc_connections', 'gauge', []],
      ['curfew_grpc_connections_refused_total', 'counter', ['error']],
      [
        'grpc_server_handled_total',
        'counter',
        ['grpc_code', 'grpc_method', 'grpc_service', 'grpc_type'],
      ],
      [
        'grpc_server_handling_seconds',
        'histogram',
        ['grpc_method', 'grpc_service', 'grpc_type', 'le'],
      ],
    ];

    beforeEach(() => {
      metrics.checked(observation({ verdict: 'allow', reason: 'ok' }));
      metrics.store.called('touch', 'live', 0.001);
      const rpc = { service: 'envoy.service.auth.v3.Authorization', method: 'Check' };
      metrics.rpcs.started(rpc);
      metrics.rpcs.handled(rpc, 'OK', 0.001);
      metrics.connections.refused('PROTOCOL_ERROR');
      metrics.keys.inForce([{ fingerprint: 'abc', use: 'writes' }]);
      metrics.tls.accepted(1_800_000_000_000);
    });

    for (const [name, type, labels] of table) {
      it(name, async () => {
        const { samples, types } = await scrape(metrics);
        expect(types.get(name)).to.equal(type);
        const series = type === 'histogram' ? `${name}_bucket` : name;
        const [sample] = samples.filter((one) => one.name === series);
        expect(Object.keys(sample?.labels ?? {}).toSorted()).to.deep.equal(labels);
      });
    }

    it('and no others of ours', async () => {
      const { types } = await scrape(metrics);
      const ours = [...types.keys()].filter((name) => /^(curfew|grpc)_/.test(name));
      expect(ours).to.have.members(table.map(([name]) => name));
    });

    it('and a help text each', async () => {
      const { text, types } = await scrape(metrics);
      for (const name of types.keys())
        expect(text).to.match(new RegExp(`^# HELP ${name} \\S`, 'm'));
    });

    it('beside those of the process', async () => {
      const { types } = await scrape(metrics);
      expect(types.has('process_cpu_seconds_total')).to.equal(true);
      expect(types.has('nodejs_eventloop_lag_p99_seconds')).to.equal(true);
      expect(types.has('nodejs_eventloop_utilization_summary')).to.equal(true);
    });
  });

  it('say nothing of TLS where there is none: a 0 would raise an alert', async () => {
    expect(await valueOf('curfew_tls_last_reload_successful')).to.equal(undefined);
    expect(await valueOf('curfew_tls_certificate_expiry_timestamp_seconds')).to.equal(undefined);
    metrics.tls.accepted(1_800_000_000_000);
    metrics.tls.rejected();
    expect(await valueOf('curfew_tls_last_reload_successful')).to.equal(0);
    expect(await valueOf('curfew_tls_certificate_expiry_timestamp_seconds')).to.equal(
      1_800_000_000,
    );
  });

  it("have buckets from a quarter of a millisecond, with edges at Envoy's timeouts and where the alert calls", () => {
    expect(CHECK_BUCKETS_S[0]).to.equal(0.000_25);
    expect(CHECK_BUCKETS_S).to.include.members([0.125, 0.2, 0.25]);
  });

  it('count each check once, also between scrapes', async () => {
    const labels = { verdict: 'deny', reason: 'revoked', policy: 'payments', mode: 'enforce' };
    const check = observation({ verdict: 'deny', reason: 'revoked', policy: 'payments' });
    metrics.checked(check);
    metrics.checked(check);
    expect(await valueOf('curfew_checks_total', labels)).to.equal(2);
    expect(await valueOf('curfew_checks_total', labels)).to.equal(2);
    metrics.checked(check);
    expect(await valueOf('curfew_checks_total', labels)).to.equal(3);
    expect(await valueOf('curfew_check_duration_seconds_count', { verdict: 'deny' })).to.equal(3);
  });

  it('count what would have been denied under the mode observe', async () => {
    metrics.checked(
      observation({ verdict: 'allow', reason: 'idle_timeout', mode: 'observe', policy: 'rest' }),
    );
    const labels = { verdict: 'allow', reason: 'idle_timeout', policy: 'rest', mode: 'observe' };
    expect(await valueOf('curfew_checks_total', labels)).to.equal(1);
  });

  it('count what the transport refuses', async () => {
    metrics.checks.refused('internal_error');
    const labels = {
      verdict: 'none',
      reason: 'internal_error',
      policy: 'unknown',
      mode: 'enforce',
    };
    expect(await valueOf('curfew_checks_total', labels)).to.equal(1);
  });

  it('follow the life of sessions', async () => {
    const allow = { verdict: 'allow', reason: 'ok', source: 'web' } as const;
    const deny = { verdict: 'deny', reason: 'idle_timeout', source: 'web' } as const;
    metrics.checked(observation({ ...allow, outcome: { kind: 'live', opened: true } }));
    metrics.checked(observation({ ...allow, outcome: { kind: 'live', activity: 'skipped' } }));
    metrics.checked(
      observation({ ...deny, outcome: { kind: 'expired', by: 'idle', effect: 'ended' } }),
    );
    metrics.checked(
      observation({ ...deny, outcome: { kind: 'expired', by: 'idle', effect: 'kept' } }),
    );
    metrics.checked(
      observation({
        ...allow,
        outcome: { kind: 'expired', by: 'absolute', effect: 'kept', crossed: true },
      }),
    );
    metrics.sessions.ended('absolute', 7);
    expect(await valueOf('curfew_sessions_opened_total', { source: 'web' })).to.equal(1);
    expect(await valueOf('curfew_touches_skipped_total')).to.equal(1);
    expect(await valueOf('curfew_sessions_ended_total', { reason: 'idle_timeout' })).to.equal(1);
    expect(await valueOf('curfew_sessions_ended_total', { reason: 'absolute_timeout' })).to.equal(
      7,
    );
    expect(
      await valueOf('curfew_sessions_would_end_total', { reason: 'absolute_timeout' }),
    ).to.equal(1);
  });

  it('tell which source was refused openings, apart from any other overload', async () => {
    const refused = { verdict: 'none', reason: 'overloaded', source: 'web' } as const;
    metrics.checked(observation({ ...refused, fault: new OpeningsAtLimit() }));
    metrics.checked(observation({ ...refused, fault: new StoreOverloaded('full') }));
    metrics.checked(observation({ ...refused, source: 'made-up', fault: new OpeningsAtLimit() }));
    const refusals = (source: string) => valueOf('curfew_openings_refused_total', { source });
    expect(await refusals('web')).to.equal(1);
    expect(await refusals('unknown')).to.equal(1);
    expect(await refusals('made-up')).to.equal(undefined);
    metrics.policiesInForce(policySet(['api'], []), 'def', 0);
    expect(await refusals('web')).to.equal(undefined);
    expect(await refusals('api')).to.equal(0);
  });

  it('tell the version of the file in force, and only that one', async () => {
    metrics.policiesInForce(policySet(['web'], []), 'def', 1_800_000_060_000);
    const { samples } = await scrape(metrics);
    const hashes = samples
      .filter(({ name }) => name === 'curfew_config_info')
      .map(({ labels }) => labels['hash']);
    expect(hashes).to.deep.equal(['def']);
    expect(await valueOf('curfew_config_last_reload_successful')).to.equal(1);
    expect(await valueOf('curfew_config_last_reload_success_timestamp_seconds')).to.equal(
      1_800_000_060,
    );
    metrics.config.rejected();
    expect(await valueOf('curfew_config_last_reload_successful')).to.equal(0);
    expect(await valueOf('curfew_config_last_reload_success_timestamp_seconds')).to.equal(
      1_800_000_060,
    );
  });

  it('tell the keys in force, and whether the file is what is in force', async () => {
    const successful = () => valueOf('curfew_key_file_last_reload_successful');
    expect(await successful()).to.equal(1);
    metrics.keys.inForce([{ fingerprint: 'gone', use: 'writes' }]);
    metrics.keys.inForce([
      { fingerprint: 'new', use: 'writes' },
      { fingerprint: 'old', use: 'reads' },
    ]);
    expect(await valueOf('curfew_key_file_keys')).to.equal(2);
    expect(await valueOf('curfew_key_info', { fingerprint: 'new', use: 'writes' })).to.equal(1);
    expect(await valueOf('curfew_key_info', { fingerprint: 'gone' })).to.equal(undefined);
    metrics.keys.file(false);
    expect(await successful()).to.equal(0);
    metrics.keys.lost(true);
    metrics.keys.file(true);
    expect(await successful(), 'a key is lost').to.equal(0);
    metrics.keys.lost(false);
    expect(await successful()).to.equal(1);
  });

  describe('keep their labels closed', () => {
    it('to the configured policies', async () => {
      for (let made = 0; made < 500; made += 1) {
        metrics.checked(
          observation({ verdict: 'deny', reason: 'revoked', policy: `made-up-${made}` }),
        );
      }
      metrics.checked(
        observation({ verdict: 'none', reason: 'internal_error', policy: undefined }),
      );
      const { samples } = await scrape(metrics);
      const policies = samples
        .filter(({ name }) => name === 'curfew_checks_total')
        .map(({ labels }) => labels['policy']);
      expect(new Set(policies)).to.deep.equal(new Set(['unknown']));
      expect(
        await valueOf('curfew_checks_total', { reason: 'revoked', policy: 'unknown' }),
      ).to.equal(500);
    });

    it('to the configured sources', async () => {
      const opened = { kind: 'live', opened: true } as const;
      metrics.checked(
        observation({ verdict: 'allow', reason: 'ok', source: 'made-up', outcome: opened }),
      );
      expect(await valueOf('curfew_sessions_opened_total', { source: 'made-up' })).to.equal(
        undefined,
      );
      expect(await valueOf('curfew_sessions_opened_total', { source: 'unknown' })).to.equal(1);
    });

    it('over any number of reloads', async () => {
      const seriesAfter = async (round: number): Promise<number> => {
        const names = Array.from({ length: 20 }, (_, index) => `p${round}-${index}`);
        metrics.policiesInForce(policySet([`s${round}`], names), `hash-${round}`, 0);
        for (const policy of names) {
          for (const reason of REASONS)
            metrics.checked(observation({ verdict: 'deny', reason, policy }));
        }
        return (await scrape(metrics)).samples.filter(({ name }) => name.startsWith('curfew_'))
          .length;
      };
      const first = await seriesAfter(0);
      for (let round = 1; round < 10; round += 1) {
        // oxlint-disable-next-line no-await-in-loop
        expect(await seriesAfter(round)).to.equal(first);
      }
    });

    it('and count checks that still run under a policy which has just gone', async () => {
      const late = observation({ verdict: 'allow', reason: 'ok', policy: 'payments' });
      metrics.checked(late);
      metrics.policiesInForce(policySet(['web'], []), 'def', 0);
      metrics.checked(late);
      expect(await valueOf('curfew_checks_total', { policy: 'payments' })).to.equal(undefined);
      expect(await valueOf('curfew_checks_total', { policy: 'unknown' })).to.equal(1);
    });
  });

  it('show calls in flight', async () => {
    const rpc = { service: 'envoy.service.auth.v3.Authorization', method: 'Check' };
    metrics.rpcs.started(rpc);
    metrics.rpcs.started(rpc);
    metrics.rpcs.handled(rpc, 'CANCELLED', 0.1);
    expect(await valueOf('curfew_rpcs_in_flight', { grpc_method: 'Check' })).to.equal(1);
    expect(await valueOf('grpc_server_handled_total', { grpc_code: 'CANCELLED' })).to.equal(1);
    expect(await valueOf('grpc_server_started_total', { grpc_service: rpc.service })).to.equal(2);
  });

  it('are registries of their own, not the global one', async () => {
    metrics.checked(observation({ verdict: 'allow', reason: 'ok', policy: 'rest' }));
    const other = await scrape(new Metrics('1'));
    expect(other.samples.filter(({ name }) => name === 'curfew_checks_total')).to.deep.equal([]);
  });
});
