import { expect } from 'chai';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { accessLogEntry } from '../support/envoy/access-log.ts';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { withTracing } from '../support/envoy/envoy-tracing.ts';
import { patientEnvoy } from '../support/envoy/patient-envoy.ts';
import { eventually } from '../support/time/eventually.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { writeKeyFile } from '../support/files/key-file.ts';
import type { KeyFile } from '../support/files/key-file.ts';
import { KIND, startOtlpCollector, STATUS } from '../support/otlp/otlp-collector.ts';
import type { CollectedSpan, OtlpCollector } from '../support/otlp/otlp-collector.ts';
import { envoyOrSkip, redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../support/redis/redis-server.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';

const METHOD = 'envoy.service.auth.v3.Authorization/Check';
const COLLECTOR_TOKEN = `collector-token-${randomBytes(8).toString('hex')}`;
/** Envoy and Curfew both wait a little for more spans. */
const ARRIVAL_MAX_MS = 8_000;

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s,
      subject: { header: x-user, trusted: true } }
policies:
  - { name: public, match: [{ path: /assets/** }], session: off }
  - { name: default, idle: 1h, absolute: 12h }
`;

onEachTransport('the trace of a request', ({ kind: transport }) => {
  let edge: Edge;
  let redis: RedisServer;
  let keys: KeyFile;
  let collector: OtlpCollector;
  const sid = newCredential();

  before(async function () {
    await envoyOrSkip(this);
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    keys = await writeKeyFile();
    collector = await startOtlpCollector();
    edge = await startEdge({
      policy: POLICY,
      store: redis.url,
      // Less than the 2 s after which the patient Envoy gives up a try.
      flags: [`--key-file=${keys.path}`, '--decision-budget=1500ms'],
      transport,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.httpUrl,
        OTEL_EXPORTER_OTLP_HEADERS: `x-token=${COLLECTOR_TOKEN}`,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
      editEnvoy: (config) => patientEnvoy(withTracing(config, collector.grpcPort)),
    });
    expect((await ask(sid)).status).to.equal(200);
  });

  after(async () => {
    await edge?.stop();
    await redis?.stop();
    await keys?.remove();
    await collector?.stop();
  });

  const setEnvoy = async (setting: string): Promise<void> => {
    expect(await edge.envoy.admin(`/runtime_modify?${setting}`, 'POST')).to.equal('OK\n');
  };

  /** Asks for a path that no other request has, so that Envoy's span of it can be found. */
  async function ask(
    cookie?: string,
    path = `/api/profile?q=${randomBytes(8).toString('hex')}`,
    others: readonly (readonly [string, string])[] = [],
  ): Promise<{ status: number; path: string }> {
    const own = cookie === undefined ? [] : [['cookie', `sid=${cookie}`] as const];
    const headers = [...own, ...others];
    const { status } = await httpCall(edge.port, path, { host: 'app.test', headers });
    return { status, path };
  }

  const childrenOf = (span: CollectedSpan): readonly CollectedSpan[] =>
    collector.spans.filter(({ parentId }) => parentId === span.spanId);

  /** The trace of a request from Envoy's first span to Curfew's, after all spans have arrived. */
  async function traceOf(path: string, calls: number) {
    return eventually(
      `trace of ${path}`,
      () => {
        const ingress = collector.spans.find(({ attributes }) =>
          String(attributes['http.url']).endsWith(path),
        );
        if (ingress === undefined) return undefined;
        const egress = childrenOf(ingress).find(({ name }) => name.includes('Authorization'));
        const [check] = egress === undefined ? [] : childrenOf(egress);
        if (egress === undefined || check === undefined) return undefined;
        const store = childrenOf(check);
        return store.length === calls ? { ingress, egress, check, store } : undefined;
      },
      ARRIVAL_MAX_MS,
    );
  }

  it('goes from Envoy through the check to each call of the store', async function () {
    this.timeout(60_000);
    const { status, path } = await ask(newCredential());
    expect(status).to.equal(200);
    const { ingress, egress, check, store } = await traceOf(path, 2);
    expect(ingress).to.include({ service: 'envoy', parentId: '', kind: KIND.server });
    expect(egress).to.include({ service: 'envoy', kind: KIND.client });
    expect(check).to.include({
      service: 'curfew',
      name: METHOD,
      kind: KIND.server,
      status: STATUS.unset,
    });
    const names = store.map(({ name }) => name);
    expect(names).to.have.members(['EVALSHA touch', 'EVALSHA open']); // the first use of the credential
    for (const span of store) {
      expect(span).to.include({ service: 'curfew', kind: KIND.client, status: STATUS.unset });
      expect(Number(span.durationNs)).to.be.greaterThan(0);
    }
    const traces = new Set([ingress, egress, check, ...store].map(({ traceId }) => traceId));
    expect([...traces]).to.deep.equal([ingress.traceId]);
    expect(check.resource).to.include({ 'deployment.environment.name': 'test' });
    expect(check.resource).to.include.keys('service.version', 'service.instance.id');
  });

  it('has the calls that find out whose session it is', async function () {
    this.timeout(60_000);
    const path = `/api/profile?q=${randomBytes(8).toString('hex')}`;
    await ask(newCredential(), path, [['x-user', 'ada']]);
    const { store } = await traceOf(path, 3);
    const names = store.map(({ name }) => name);
    expect(names).to.have.members(['EVALSHA touch', 'EVALSHA enter', 'EVALSHA open']);
    expect(JSON.stringify(store.map(({ attributes }) => attributes))).to.not.contain('ada');
  });

  it('has the verdict in closed words, and the store with the conventional names for databases', async function () {
    this.timeout(60_000);
    const { path } = await ask(sid);
    const { check, store } = await traceOf(path, 1);
    expect(check.attributes).to.deep.equal({
      'rpc.system.name': 'grpc',
      'rpc.method': METHOD,
      'rpc.status_code': 'OK',
      'curfew.verdict': 'allow',
      'curfew.reason': 'ok',
      'curfew.mode': 'enforce',
      'curfew.policy': 'default',
      'curfew.source': 'web',
    });
    expect(store[0]?.attributes).to.deep.equal({
      'db.system.name': 'redis',
      'db.operation.name': 'EVALSHA',
      'db.stored_procedure.name': 'touch',
      'db.namespace': '0',
      'server.address': redis.host,
      'server.port': redis.port,
      'curfew.store.outcome': 'live',
    });
  });

  it('shows a denial as an answer, and its log line has the id of the trace', async function () {
    this.timeout(60_000);
    const { status, path } = await ask();
    expect(status).to.equal(401);
    const { check } = await traceOf(path, 0);
    expect(check.status).to.equal(STATUS.unset);
    expect(check.attributes).to.include({
      'rpc.status_code': 'OK',
      'curfew.verdict': 'deny',
      'curfew.reason': 'no_credential',
    });
    const lines = edge.curfews[0]?.log().split('\n') ?? [];
    const denied = lines.filter((line) => line.includes('"event":"check_denied"')).at(-1) ?? '{}';
    expect(JSON.parse(denied)).to.include({ trace_id: check.traceId });
  });

  it('has no store call if none was made', async function () {
    this.timeout(60_000);
    const { status, path } = await ask(
      sid,
      `/assets/style.css?q=${randomBytes(8).toString('hex')}`,
    );
    expect(status).to.equal(200);
    const { check } = await traceOf(path, 0);
    expect(check.attributes).to.include({
      'curfew.reason': 'session_off',
      'curfew.policy': 'public',
    });
  });

  it('is left out if Envoy leaves it out', async function () {
    this.timeout(60_000);
    await traceOf((await ask(sid)).path, 1);
    const before = collector.spans.filter(({ service }) => service === 'curfew').length;
    await setEnvoy('tracing.random_sampling=0');
    for (let request = 0; request < 5; request += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await ask(sid)).status).to.equal(200);
    }
    await setEnvoy('tracing.random_sampling=10000');
    await traceOf((await ask(sid)).path, 1);
    const after = collector.spans.filter(({ service }) => service === 'curfew').length;
    expect(after - before).to.equal(2); // the calls of the last request
  });

  it('shows a check without a verdict as an error, with its cause', async function () {
    this.timeout(60_000);
    redis.pause();
    const late = await ask(sid);
    await redis.kill();
    const down = await ask(sid);
    await redis.restart();
    expect([late.status, down.status]).to.deep.equal([503, 503]);
    for (const [{ path }, type] of [
      [late, 'late'],
      [down, 'down'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { check, store } = await traceOf(path, 1);
      expect(check.status).to.equal(STATUS.error);
      expect(check.attributes).to.include({
        'rpc.status_code': 'UNAVAILABLE',
        'error.type': 'UNAVAILABLE',
        'curfew.verdict': 'none',
        'curfew.reason': 'store_unavailable',
      });
      expect(store[0]?.status).to.equal(STATUS.error);
      expect(store[0]?.attributes).to.include({ 'error.type': type });
    }
    await eventually('verdict after the restart', async () => (await ask(sid)).status === 200);
  });

  it('contains no credential, name of a session, query, or token for the collector', async function () {
    this.timeout(60_000);
    const { path } = await ask(sid);
    await traceOf(path, 1);
    const client = new Redis(redis.url, { retryStrategy: () => null });
    const sessions = (await client.keys('curfew:1:*')).map((key) => key.split(':').at(-1) ?? '');
    client.disconnect();
    const keysOf = sessions.filter((name) => name.length >= 32);
    expect(keysOf).to.not.be.empty;
    const { curfew } = await accessLogEntry(edge.envoy, '/api/profile', 'ok');
    const tag = String(curfew?.['session']);
    const sent = Buffer.concat(collector.bodies).toString('latin1');
    expect(sent).to.include(METHOD); // these are Curfew's spans
    for (const secret of [sid, path.split('=').at(-1) ?? '', tag, COLLECTOR_TOKEN, ...keysOf]) {
      expect(secret).to.have.length.greaterThan(7);
      expect(sent).to.not.include(secret);
    }
    expect(collector.headers.every((headers) => headers['x-token'] === COLLECTOR_TOKEN)).to.equal(
      true,
    );
    expect(edge.curfews[0]?.log()).to.not.include(COLLECTOR_TOKEN);
  });
});
