import { expect } from 'chai';
import { Agent } from 'node:http';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { eventually } from '../support/time/eventually.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { writeKeyFile } from '../support/files/key-file.ts';
import type { KeyFile } from '../support/files/key-file.ts';
import { patientEnvoy } from '../support/envoy/patient-envoy.ts';
import { envoyOrSkip, redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../support/redis/redis-server.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';
import { startLoad } from '../support/clients/steady-load.ts';
import { withoutRetries } from '../support/envoy/without-retries.ts';

const PER_SECOND = 50;
// Longer than two of Envoy's health checks (1 s): Envoy sees NOT_SERVING before anything is closed.
const DRAIN_DELAY = '2500ms';

// Ten times as much as in production, as for Envoy here.
const DECISION_BUDGET = '1500ms';

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

onEachTransport('two replicas under steady load', ({ kind: transport }) => {
  let edge: Edge;
  let redis: RedisServer;
  let keys: KeyFile;
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });

  before(async function () {
    await envoyOrSkip(this);
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    keys = await writeKeyFile();
    const flags = [
      `--key-file=${keys.path}`,
      `--drain-delay=${DRAIN_DELAY}`,
      `--decision-budget=${DECISION_BUDGET}`,
    ];
    // With grpc-js an ageing connection loses a check now and then, and Envoy must retry it.
    if (transport === 'fast') flags.push('--connection-age=1s');
    const editEnvoy = (config: string) =>
      transport === 'fast' ? withoutRetries(patientEnvoy(config)) : patientEnvoy(config);
    const options = { store: redis.url, flags, replicas: 2, editEnvoy, transport };
    edge = await startEdge({ policy: POLICY, ...options });
  });

  after(async () => {
    agent.destroy();
    await edge?.stop();
    await redis?.stop();
    await keys?.remove();
  });

  const startTraffic = () => {
    const headers = [['cookie', `sid=${newCredential()}`]] as const;
    return startLoad(PER_SECOND, () => httpCall(edge.port, '/api/profile', { headers, agent }));
  };

  const envoySees = (healthy: number): Promise<boolean> =>
    eventually(
      `${healthy} healthy replicas`,
      async () => {
        const stats = await edge.envoy.stats('^cluster\\.curfew\\.membership_healthy$');
        return stats.get('cluster.curfew.membership_healthy') === healthy;
      },
      10_000,
    );

  /** The answers of each replica: the load must have gone to both. */
  async function checksOf(place: number): Promise<number> {
    const page = (await edge.curfews[place]?.metrics()) ?? '';
    return Number(/^curfew_checks_total\{.*reason="ok".*\} (\d+)$/m.exec(page)?.[1] ?? 0);
  }

  it('are restarted one after the other without a failed request', async function () {
    this.timeout(60_000);
    await envoySees(2);
    const load = startTraffic();
    for (const place of [0, 1]) {
      // oxlint-disable no-await-in-loop -- one after the other is the point
      await eventually('checks', async () => (await checksOf(place)) > 10);
      edge.curfews[place]?.signal('SIGTERM');
      await envoySees(1);
      expect(await edge.curfews[place]?.ended()).to.equal(0);
      await edge.start(place);
      await envoySees(2);
      await eventually('checks by the new one', async () => (await checksOf(place)) > 10);
      // oxlint-enable no-await-in-loop
    }
    const { sent, failures } = await load.stop();
    expect(failures).to.deep.equal([]);
    expect(sent).to.be.greaterThan(5 * PER_SECOND);
  });

  it('lose only checks that a killed replica got until the next health check', async function () {
    this.timeout(60_000);
    await envoySees(2);
    const load = startTraffic();
    await eventually('requests', () => load.report().sent > 20);
    edge.curfews[0]?.signal('SIGKILL');
    await edge.curfews[0]?.ended();
    await envoySees(1);
    // One second between health checks, half a second until one has failed, and half of all requests.
    const { sent, failures } = load.report();
    expect(failures.length).to.be.lessThan(PER_SECOND);
    await eventually('requests', () => load.report().sent > sent + 2 * PER_SECOND);
    // Checks in flight when Envoy noticed it may still fail, but no later ones.
    expect((await load.stop()).failures.length).to.be.lessThan(failures.length + 5);
  });
});
