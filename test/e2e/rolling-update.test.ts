import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCheckClient } from '../support/requests/check-request.ts';
import { startCurfew } from '../support/processes/curfew.ts';
import type { Curfew } from '../support/processes/curfew.ts';
import { edgeConfig } from '../support/envoy/edge-config.ts';
import { newCredential } from '../support/envoy/edge.ts';
import { writeEndpointFile } from '../support/envoy/endpoint-file.ts';
import type { EndpointFile } from '../support/envoy/endpoint-file.ts';
import { startEnvoy } from '../support/envoy/envoy.ts';
import type { Envoy } from '../support/envoy/envoy.ts';
import { eventually } from '../support/time/eventually.ts';
import { freePort } from '../support/network/free-port.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { mountVolume } from '../support/files/mounted-volume.ts';
import type { MountedVolume } from '../support/files/mounted-volume.ts';
import { patientEnvoy } from '../support/envoy/patient-envoy.ts';
import { envoyOrSkip, redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../support/redis/redis-server.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';
import { startSampleApp } from '../support/processes/sample-app.ts';
import type { SampleApp } from '../support/processes/sample-app.ts';
import { startLoad } from '../support/clients/steady-load.ts';
import { withoutRetries } from '../support/envoy/without-retries.ts';

const PER_SECOND = 100;
const DRAIN_DELAY = '2500ms';
/** How long a cluster still sends requests to a stopping pod: a drain must last longer. */
const ENDPOINT_REMOVAL_LAG_MS = 1_000;

const policy = (reports: string): string => `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: reports, match: [{ path: /reports/** }], ${reports} }
  - { name: default, idle: 1h, absolute: 12h }
`;

/** A replica as Kubernetes runs it: a process, its port, and its own volume with the policy. */
interface Pod {
  readonly curfew: Curfew;
  readonly grpcPort: number;
  readonly volume: MountedVolume;
}

describe('three replicas behind Envoy, as Kubernetes runs them', () => {
  let redis: RedisServer;
  let app: SampleApp;
  let keys: MountedVolume;
  let endpoints: EndpointFile;
  let envoy: Envoy;
  let edgePort: number;
  const pods: Pod[] = [];
  const closers: (() => Promise<void>)[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });

  before(async function () {
    this.timeout(60_000);
    await envoyOrSkip(this);
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    closers.push(() => redis.stop());
    app = await startSampleApp();
    closers.push(() => app.stop());
    keys = await mountVolume({ 'curfew.keys': `${randomBytes(32).toString('hex')}\n` });
    closers.push(() => keys.remove());
    pods.push(...(await Promise.all([startPod(), startPod(), startPod()])));
    endpoints = await writeEndpointFile(ports());
    closers.push(() => endpoints.remove());
    const config = edgeConfig({ edge: 0, curfews: [1], web: app.webPort, grpc: app.grpcPort });
    envoy = await startEnvoy({ config: endpoints.edit(withoutRetries(patientEnvoy(config))) });
    closers.push(() => envoy.stop());
    edgePort = await envoy.port('edge');
  });

  after(async () => {
    agent.destroy();
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.toReversed()) await close();
  });

  async function startPod(): Promise<Pod> {
    const volume = await mountVolume({ 'curfew.yaml': policy('session: off') });
    closers.push(() => volume.remove());
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    const curfew = await startCurfew({
      policyPath: volume.path('curfew.yaml'),
      grpcPort,
      opsPort,
      store: redis.url,
      flags: [
        `--key-file=${keys.path('curfew.keys')}`,
        `--drain-delay=${DRAIN_DELAY}`,
        '--decision-budget=1500ms', // ten times as much as in production, as for Envoy here
      ],
    });
    closers.push(() => curfew.stop());
    return { curfew, grpcPort, volume };
  }

  const ports = (): number[] => pods.map(({ grpcPort }) => grpcPort);

  const startTraffic = () => {
    const headers = [['cookie', `sid=${newCredential()}`]] as const;
    return startLoad(PER_SECOND, () => httpCall(edgePort, '/api/profile', { headers, agent }));
  };

  const envoySees = (healthy: number): Promise<boolean> =>
    eventually(
      `${healthy} healthy replicas`,
      async () => {
        const stats = await envoy.stats('^cluster\\.curfew\\.membership_healthy$');
        return stats.get('cluster.curfew.membership_healthy') === healthy;
      },
      10_000,
    );

  async function hasAnswered({ curfew }: Pod): Promise<boolean> {
    const page = await curfew.metrics();
    return Number(/^curfew_checks_total\{.*reason="ok".*\} (\d+)$/m.exec(page)?.[1] ?? 0) > 20;
  }

  /** This replica's answer about the reports, asked directly: `session: off` lets them pass. */
  async function letsReportsPass({ grpcPort }: Pod): Promise<boolean> {
    const client = createCheckClient(`127.0.0.1:${grpcPort}`);
    const { response } = await client.check({ path: '/reports/1', headers: {} });
    client.close();
    return response?.ok_response !== undefined;
  }

  it('are replaced one after the other, each new one first, without a failed request', async function () {
    this.timeout(120_000);
    await envoySees(3);
    const load = startTraffic();
    const outgoing = pods.slice();
    for (const old of outgoing) {
      // oxlint-disable no-await-in-loop -- one after the other is the point
      await eventually('checks', () => hasAnswered(old), 10_000);
      pods.push(await startPod());
      await endpoints.publish(ports());
      await envoySees(4);
      // The pod gets SIGTERM and is removed from the endpoints at once, but Envoy learns of it later.
      old.curfew.signal('SIGTERM');
      await sleep(ENDPOINT_REMOVAL_LAG_MS);
      pods.splice(pods.indexOf(old), 1);
      await endpoints.publish(ports());
      await envoySees(3);
      expect(await old.curfew.ended()).to.equal(0);
      // oxlint-enable no-await-in-loop
    }
    for (const pod of pods) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other will do
      await eventually('checks by the new ones', () => hasAnswered(pod), 10_000);
    }
    const { sent, failures } = await load.stop();
    expect(failures).to.deep.equal([]);
    expect(sent).to.be.greaterThan(5 * PER_SECOND);
  });

  it('load a changed policy from their volumes; an invalid one changes nothing, and no request fails', async function () {
    this.timeout(60_000);
    const load = startTraffic();
    const passes = () => Promise.all(pods.map((pod) => letsReportsPass(pod)));
    expect(await passes()).to.deep.equal([true, true, true]);

    await Promise.all(
      pods.map(({ volume }) => volume.swap({ 'curfew.yaml': policy('idle: 5m, absolute: 8h') })),
    );
    await eventually('guarded reports', async () => !(await passes()).includes(true), 3_000);

    await Promise.all(
      pods.map(({ volume }) => volume.swap({ 'curfew.yaml': policy('idle: 9h, absolute: 8h') })),
    );
    const isRed = async ({ curfew }: Pod) =>
      /^curfew_config_last_reload_successful 0$/m.test(await curfew.metrics());
    await eventually(
      'red metrics',
      async () => (await Promise.all(pods.map(isRed))).every(Boolean),
      3_000,
    );
    expect(await passes()).to.deep.equal([false, false, false]);

    await Promise.all(
      pods.map(({ volume }) => volume.swap({ 'curfew.yaml': policy('session: off') })),
    );
    await eventually('open reports', async () => !(await passes()).includes(false), 3_000);
    expect((await load.stop()).failures).to.deep.equal([]);
  });
});
