import { expect } from 'chai';
import { CHECK_BUCKETS_S } from '../../../../src/telemetry/metrics/check-metrics.ts';
import { Metrics } from '../../../../src/telemetry/metrics/metrics.ts';
import { OpeningsAtLimit } from '../../../../src/authz/check-faults.ts';
import { parsePolicyFile } from '../../../../src/policy/parse-policy-file.ts';
import type { PolicySet } from '../../../../src/policy/selection/policy-set.ts';
import { StoreOverloaded } from '../../../../src/session/session-store.ts';
import { REASON_NAMES } from '../../../../src/verdict/reason.ts';
import { observation } from '../../../support/requests/check-observation.ts';
import { adminCall } from '../../../support/requests/admin-call.ts';
import { keyOf } from '../../../support/store/store-requests.ts';

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

/** The exposition, parsed as Prometheus does. */
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
    metrics.policiesLoaded(policySet(['web', 'api'], ['payments']), 'abc', 1_800_000_000_000);
    metrics.store.shards({ known: 3, down: [] });
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
      ['curfew_store_primaries', 'gauge', ['state']],
      ['curfew_store_sentinels', 'gauge', ['state']],
      ['curfew_store_clock_skew_seconds', 'gauge', []],
      ['curfew_store_eviction_policy_safe', 'gauge', []],
      ['curfew_store_desyncs_total', 'counter', []],
      ['curfew_store_primary_changes_total', 'counter', []],
      ['curfew_store_lost_total', 'counter', []],
      ['curfew_store_fenced_partitions', 'gauge', []],
      ['curfew_replica_keys_disagree', 'gauge', []],
      ['curfew_replica_sources_disagree', 'gauge', []],
      ['curfew_sweeps_failed_total', 'counter', []],
      ['curfew_lease_age_seconds', 'histogram', ['le']],
      ['curfew_lease_shared_replies_total', 'counter', []],
      ['curfew_lease_questions_total', 'counter', ['cause']],
      ['curfew_leases_dropped_total', 'counter', ['cause']],
      ['curfew_leases', 'gauge', []],
      ['curfew_sessions_opened_total', 'counter', ['source']],
      ['curfew_openings_refused_total', 'counter', ['source']],
      ['curfew_sessions_ended_total', 'counter', ['policy', 'reason']],
      ['curfew_sessions_active', 'gauge', ['source']],
      ['curfew_sessions_would_end_total', 'counter', ['reason']],
      ['curfew_touches_skipped_total', 'counter', []],
      ['curfew_config_last_reload_successful', 'gauge', []],
      ['curfew_config_last_reload_success_timestamp_seconds', 'gauge', []],
      ['curfew_config_info', 'gauge', ['hash']],
      ['curfew_key_file_last_reload_successful', 'gauge', []],
      ['curfew_key_file_keys', 'gauge', []],
      ['curfew_key_info', 'gauge', ['fingerprint', 'use']],
      ['curfew_admin_requests_total', 'counter', ['call', 'result', 'role']],
      ['curfew_admin_request_duration_seconds', 'histogram', ['call', 'le']],
      ['curfew_admin_tokens_last_reload_successful', 'gauge', []],
      ['curfew_tls_last_reload_successful', 'gauge', ['port']],
      ['curfew_tls_certificate_expiry_timestamp_seconds', 'gauge', ['port']],
      ['curfew_build_info', 'gauge', ['version']],
      ['curfew_ready', 'gauge', []],
      ['curfew_rpcs_in_flight', 'gauge', ['grpc_method', 'grpc_service']],
      ['curfew_checks_in_flight_max', 'gauge', []],
      ['curfew_invalid_tokens_total', 'counter', ['cause', 'source']],
      ['curfew_malformed_credentials_total', 'counter', ['cause', 'source']],
      ['curfew_subjects_ignored_total', 'counter', ['cause', 'source']],
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
      metrics.checked(observation({ verdict: 'deny', reason: 'invalid_token', cause: 'audience' }));
      metrics.checked(
        observation({ verdict: 'deny', reason: 'malformed_credential', cause: 'piece' }),
      );
      metrics.checked(observation({ verdict: 'allow', reason: 'ok', subjectFault: 'other' }));
      metrics.sessions.active(new Map([['web', 3]]));
      metrics.admin.called(adminCall());
      metrics.store.called('touch', 'live', 0.001);
      metrics.leases.used(10);
      metrics.leases.asked('none');
      metrics.leases.dropped('heard', 1);
      const rpc = { service: 'envoy.service.auth.v3.Authorization', method: 'Check' };
      metrics.rpcs.started(rpc);
      metrics.rpcs.handled(rpc, 'OK', 0.001);
      metrics.connections.refused('PROTOCOL_ERROR');
      metrics.keys.used([{ fingerprint: 'abc', use: 'writes' }]);
      metrics.tls.loaded('grpc', 1_800_000_000_000);
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

    it('and no other metrics of Curfew', async () => {
      const { types } = await scrape(metrics);
      const ours = [...types.keys()].filter((name) => /^(curfew|grpc)_/.test(name));
      expect(ours).to.have.members(table.map(([name]) => name));
    });

    it('and a help text for each', async () => {
      const { text, types } = await scrape(metrics);
      for (const name of types.keys())
        expect(text).to.match(new RegExp(`^# HELP ${name} \\S`, 'm'));
    });

    it('in addition to those of the process', async () => {
      const { types } = await scrape(metrics);
      expect(types.has('process_cpu_seconds_total')).to.equal(true);
      expect(types.has('nodejs_eventloop_lag_p99_seconds')).to.equal(true);
      expect(types.has('nodejs_eventloop_utilization_summary')).to.equal(true);
    });
  });

  it('have no value for TLS without TLS, because a 0 would raise an alert', async () => {
    expect(await valueOf('curfew_tls_last_reload_successful')).to.equal(undefined);
    expect(await valueOf('curfew_tls_certificate_expiry_timestamp_seconds')).to.equal(undefined);
    metrics.tls.loaded('grpc', 1_800_000_000_000);
    metrics.tls.rejected('grpc');
    expect(await valueOf('curfew_tls_last_reload_successful')).to.equal(0);
    expect(await valueOf('curfew_tls_certificate_expiry_timestamp_seconds')).to.equal(
      1_800_000_000,
    );
  });

  it("have buckets from a quarter of a millisecond, with edges at Envoy's timeouts and at the limit of the alert", () => {
    expect(CHECK_BUCKETS_S[0]).to.equal(0.000_25);
    expect(CHECK_BUCKETS_S).to.include.members([0.125, 0.2, 0.25]);
  });

  it('count an answer of ours under a verdict of its own', async () => {
    const labels = { verdict: 'served', reason: 'prefetch_declined', policy: 'payments' };
    metrics.checked(
      observation({ verdict: 'served', reason: 'prefetch_declined', policy: 'payments' }),
    );
    expect(await valueOf('curfew_checks_total', { ...labels, mode: 'enforce' })).to.equal(1);
    expect(await valueOf('curfew_check_duration_seconds_count', { verdict: 'served' })).to.equal(1);
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

  it('count what would have been denied under mode: observe', async () => {
    metrics.checked(
      observation({ verdict: 'allow', reason: 'idle_timeout', mode: 'observe', policy: 'rest' }),
    );
    const labels = { verdict: 'allow', reason: 'idle_timeout', policy: 'rest', mode: 'observe' };
    expect(await valueOf('curfew_checks_total', labels)).to.equal(1);
  });

  it('count what the transport refused', async () => {
    metrics.checks.refused('internal_error');
    const labels = {
      verdict: 'none',
      reason: 'internal_error',
      policy: 'unknown',
      mode: 'enforce',
    };
    expect(await valueOf('curfew_checks_total', labels)).to.equal(1);
  });

  it('count opened and ended sessions where they were written', async () => {
    const end = { kind: 'ended', session: keyOf('one'), source: 'web', by: 'idle' } as const;
    metrics.policiesLoaded(policySet(['web'], ['app', 'old']), 'abc', 0);
    metrics.sessions.wrote({ ...end, kind: 'opened', by: 'registered', policy: 'app' });
    metrics.sessions.wrote({ ...end, policy: 'app' });
    metrics.sessions.wrote({ ...end, policy: 'old' });
    metrics.sessions.wrote({ ...end, by: 'revoked', policy: undefined });
    expect(await valueOf('curfew_sessions_opened_total', { source: 'web' })).to.equal(1);
    const ended = async (reason: string, policy: string) =>
      valueOf('curfew_sessions_ended_total', { reason, policy });
    expect(await ended('idle_timeout', 'app')).to.equal(1);
    expect(await ended('absolute_timeout', 'app')).to.equal(0);
    expect(await ended('revoked', '')).to.equal(1);
    metrics.policiesLoaded(policySet(['web'], ['app']), 'def', 0);
    expect(await ended('idle_timeout', 'old')).to.equal(undefined);
    metrics.sessions.wrote({ ...end, policy: 'old' });
    expect(await ended('idle_timeout', 'old')).to.equal(undefined);
    expect(await ended('idle_timeout', 'unknown')).to.equal(1);
  });

  it('show how many sessions are live, by the configured sources', async () => {
    metrics.policiesLoaded(policySet(['web', 'api'], ['app']), 'abc', 0);
    const counted = [
      ['web', 3],
      ['gone', 5],
      ['api', -1],
    ] as const;
    metrics.sessions.active(new Map(counted));
    const active = async (source: string) => valueOf('curfew_sessions_active', { source });
    expect(await active('web')).to.equal(3);
    expect(await active('api')).to.equal(0);
    expect(await active('gone')).to.equal(undefined);
    metrics.policiesLoaded(policySet(['api'], ['app']), 'def', 0);
    expect(await active('web')).to.equal(undefined);
  });

  it('count skipped touches, and ends that an observing policy would have caused', async () => {
    const allow = { verdict: 'allow', reason: 'ok', source: 'web' } as const;
    const reached = { kind: 'expired', by: 'absolute', effect: 'kept' } as const;
    metrics.checked(observation({ ...allow, outcome: { kind: 'live', activity: 'skipped' } }));
    metrics.checked(observation({ ...allow, outcome: { ...reached, crossed: true } }));
    metrics.checked(observation({ ...allow, outcome: { ...reached, crossed: false } }));
    expect(await valueOf('curfew_touches_skipped_total')).to.equal(1);
    expect(
      await valueOf('curfew_sessions_would_end_total', { reason: 'absolute_timeout' }),
    ).to.equal(1);
  });

  it('show which source was refused openings, separately from other overloads', async () => {
    const refused = { verdict: 'none', reason: 'overloaded', source: 'web' } as const;
    metrics.checked(observation({ ...refused, fault: new OpeningsAtLimit() }));
    metrics.checked(observation({ ...refused, fault: new StoreOverloaded('full') }));
    metrics.checked(observation({ ...refused, source: 'made-up', fault: new OpeningsAtLimit() }));
    const refusals = (source: string) => valueOf('curfew_openings_refused_total', { source });
    expect(await refusals('web')).to.equal(1);
    expect(await refusals('unknown')).to.equal(1);
    expect(await refusals('made-up')).to.equal(undefined);
    metrics.policiesLoaded(policySet(['api'], []), 'def', 0);
    expect(await refusals('web')).to.equal(undefined);
    expect(await refusals('api')).to.equal(0);
  });

  it('show why tokens are invalid and credentials malformed, by source', async () => {
    metrics.policiesLoaded(policySet(['web', 'api'], ['default']), 'abc', 0);
    const invalid = { verdict: 'deny', reason: 'invalid_token', source: 'api' } as const;
    metrics.checked(observation({ ...invalid, cause: 'issuer' }));
    metrics.checked(observation({ ...invalid, cause: 'issuer' }));
    metrics.checked(observation({ ...invalid, cause: 'unknown_key' }));
    const malformed = { verdict: 'deny', reason: 'malformed_credential', source: 'web' } as const;
    metrics.checked(observation({ ...malformed, cause: 'piece' }));
    const counted = async (name: string, source: string, cause: string) =>
      valueOf(`curfew_${name}_total`, { source, cause });
    expect(await counted('invalid_tokens', 'api', 'issuer')).to.equal(2);
    expect(await counted('invalid_tokens', 'api', 'unknown_key')).to.equal(1);
    expect(await counted('malformed_credentials', 'web', 'piece')).to.equal(1);
    metrics.policiesLoaded(policySet(['web'], ['default']), 'def', 0);
    expect(await counted('invalid_tokens', 'api', 'issuer'), 'it is gone').to.equal(undefined);
    metrics.checked(observation({ ...invalid, cause: 'issuer' }));
    expect(await counted('invalid_tokens', 'unknown', 'issuer')).to.equal(1);
    expect(await counted('malformed_credentials', 'web', 'piece')).to.equal(1);
  });

  it('show the version of the policy file in use, and only that one', async () => {
    metrics.policiesLoaded(policySet(['web'], []), 'def', 1_800_000_060_000);
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

  it('show the keys in use, and whether the file matches them', async () => {
    const successful = () => valueOf('curfew_key_file_last_reload_successful');
    expect(await successful()).to.equal(1);
    metrics.keys.used([{ fingerprint: 'gone', use: 'writes' }]);
    metrics.keys.used([
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
      const opened = { kind: 'opened', by: 'first-use', session: keyOf('one') } as const;
      metrics.sessions.wrote({ ...opened, source: 'made-up', policy: 'default' });
      expect(await valueOf('curfew_sessions_opened_total', { source: 'made-up' })).to.equal(
        undefined,
      );
      expect(await valueOf('curfew_sessions_opened_total', { source: 'unknown' })).to.equal(1);
    });

    it('over any number of reloads', async () => {
      const seriesAfter = async (round: number): Promise<number> => {
        const names = Array.from({ length: 20 }, (_, index) => `p${round}-${index}`);
        metrics.policiesLoaded(policySet([`s${round}`], names), `hash-${round}`, 0);
        for (const policy of names) {
          for (const reason of REASON_NAMES)
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

    it('and count checks that still run under a policy that was just removed', async () => {
      const late = observation({ verdict: 'allow', reason: 'ok', policy: 'payments' });
      metrics.checked(late);
      metrics.policiesLoaded(policySet(['web'], []), 'def', 0);
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

  it('have a registry of their own, not the global one', async () => {
    metrics.checked(observation({ verdict: 'allow', reason: 'ok', policy: 'rest' }));
    const other = await scrape(new Metrics('1'));
    expect(other.samples.filter(({ name }) => name === 'curfew_checks_total')).to.deep.equal([]);
  });
});
