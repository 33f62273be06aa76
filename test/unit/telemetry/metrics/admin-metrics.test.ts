import { expect } from 'chai';
import { Registry } from 'prom-client';
import { AdminMetrics } from '../../../../src/telemetry/metrics/admin-metrics.ts';
import { adminCall } from '../../../support/requests/admin-call.ts';

describe('metrics of administration', () => {
  let registry: Registry;
  let metrics: AdminMetrics;

  beforeEach(() => {
    registry = new Registry();
    metrics = new AdminMetrics(registry);
  });

  it('count calls by call, role and result', async () => {
    metrics.called(adminCall());
    metrics.called(adminCall());
    metrics.called(adminCall({ result: 'accepted', status: 202 }));
    metrics.called(adminCall({ role: undefined, result: 'forbidden', status: 403 }));
    expect(await registry.metrics())
      .to.contain('{call="end_sessions",role="operator",result="ok"} 2')
      .and.contain('{call="end_sessions",role="operator",result="accepted"} 1')
      .and.contain('{call="end_sessions",role="none",result="forbidden"} 1');
  });

  it('count ends that are not confirmed, or fail, from the start', async () => {
    const text = await registry.metrics();
    for (const result of ['accepted', 'failed']) {
      expect(text).to.contain(`{call="end_sessions",role="operator",result="${result}"} 0`);
    }
  });

  it('count strangers from the start', async () => {
    const strangers =
      'curfew_admin_requests_total{call="none",role="none",result="unauthenticated"}';
    expect(await registry.metrics()).to.contain(`${strangers} 0`);
    const stranger = { call: undefined, role: undefined, result: 'unauthenticated' } as const;
    metrics.called(adminCall({ ...stranger, status: 401 }));
    expect(await registry.metrics()).to.contain(`${strangers} 1`);
  });

  it('say how long the calls took, with an edge at the promised 50 ms', async () => {
    metrics.called(adminCall({ durationMs: 50 }));
    metrics.called(adminCall({ durationMs: 51 }));
    expect(await registry.metrics()).to.match(
      /^curfew_admin_request_duration_seconds_bucket\{le="0.05",call="end_sessions"\} 1$/m,
    );
  });

  it('say whether the tokens file could be used', async () => {
    const good = async () =>
      /^curfew_admin_tokens_last_reload_successful (\d)$/m.exec(await registry.metrics())?.[1];
    expect(await good()).to.equal('1');
    metrics.tokensFile(false);
    expect(await good()).to.equal('0');
    metrics.tokensFile(true);
    expect(await good()).to.equal('1');
  });
});
