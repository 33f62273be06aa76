import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { accessLogEntry } from '../../support/envoy/access-log.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import {
  ENVOY_OF_ENVOY_GATEWAY,
  egctlOrSkip,
  kubectlOrSkip,
} from '../../support/programs/deploy-tools.ts';
import { newCredential } from '../../support/envoy/edge.ts';
import { gatewayCluster } from '../../support/envoy-gateway/gateway-cluster.ts';
import { startEnvoy } from '../../support/envoy/envoy.ts';
import type { Envoy } from '../../support/envoy/envoy.ts';
import { eventually } from '../../support/time/eventually.ts';
import { freePort } from '../../support/network/free-port.ts';
import { grpcChat } from '../../support/clients/grpc-echo-client.ts';
import { httpCall } from '../../support/clients/http-call.ts';
import { parseObjects } from '../../support/kubernetes/kube-object.ts';
import { DEPLOY_FOLDER } from '../../support/kubernetes/kustomize.ts';
import { openEventStream, openWebSocket } from '../../support/clients/open-stream.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import { envoyOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startSampleApp } from '../../support/processes/sample-app.ts';
import { staticBootstrap } from '../../support/envoy-gateway/static-bootstrap.ts';
import { openTlsDoor } from '../../support/network/tls-door.ts';
import type { TlsDoor } from '../../support/network/tls-door.ts';
import { translateGateway } from '../../support/envoy-gateway/translate-gateway.ts';

const PATCH_FILE = join(DEPLOY_FOLDER, 'envoy-gateway', 'envoy-patch-policy.yaml');
const IDLE_MS = 700;
const POLICY = `
version: 1
sources:
  - { name: web, cookie: __Host-sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: public, match: [{ path: /login }], session: off }
  - { name: payments, by_name: true, idle: ${IDLE_MS}ms, absolute: 8h }
  - { name: default, idle: 1h, absolute: 12h, stream_max: 1s }
`;
const HOST = 'shop.example.com';
const GRPC_HOST = 'grpc.example.com';

describe('an Envoy with the configuration that Envoy Gateway makes from deploy/envoy-gateway', function () {
  this.timeout(60_000);
  const closers: (() => Promise<unknown>)[] = [];
  let config: string;
  let patchedConfig: string;
  let envoyBin: string;
  let envoy: Envoy;
  let door: TlsDoor;
  let grpcDoor: TlsDoor;
  let curfew: Curfew;
  let restart: () => Promise<Curfew>;

  before(async function () {
    envoyBin = await envoyOrSkip(this, ENVOY_OF_ENVOY_GATEWAY);
    const egctl = await egctlOrSkip(this);
    const cluster = await gatewayCluster(await kubectlOrSkip(this));
    const { certificates } = cluster;
    const folder = await mkdtemp(join(tmpdir(), 'curfew-gateway-'));
    closers.push(() => rm(folder, { recursive: true }));
    const files = {
      'tls.crt': certificates.curfew.cert,
      'tls.key': certificates.curfew.key,
      'ca.crt': certificates.authority.cert,
    };
    await Promise.all(
      Object.entries(files).map(([name, text]) =>
        writeFile(join(folder, name), text, { mode: 0o600 }),
      ),
    );
    const policyFile = await writePolicyFile(POLICY);
    closers.push(() => policyFile.remove());
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    restart = () =>
      startCurfew({
        policyPath: policyFile.path,
        grpcPort,
        opsPort,
        // As the component mutual-tls sets them.
        flags: [
          `--grpc-tls-cert-file=${join(folder, 'tls.crt')}`,
          `--grpc-tls-key-file=${join(folder, 'tls.key')}`,
          `--grpc-client-ca-file=${join(folder, 'ca.crt')}`,
          '--decision-budget=1500ms', // ten times as much as in production, as for Envoy here
        ],
      });
    curfew = await restart();
    closers.push(() => curfew.stop());
    const app = await startSampleApp();
    closers.push(() => app.stop());
    const { envoy: resources } = await translateGateway(egctl, cluster.objects);
    const world = cluster.world({ curfew: grpcPort, web: app.webPort, grpc: app.grpcPort });
    config = staticBootstrap(resources, world);
    const patch = parseObjects(readFileSync(PATCH_FILE, 'utf8'));
    const patched = await translateGateway(egctl, [...cluster.objects, ...patch]);
    patchedConfig = staticBootstrap(patched.envoy, world);
    envoy = await startEnvoy({
      config: patient(config),
      bin: envoyBin,
      args: ['--file-flush-interval-msec', '50'],
    });
    closers.push(() => envoy.stop());
    const listener = {
      port: await envoy.port('edge/edge/https'),
      ca: certificates.authority.cert,
    };
    door = await openTlsDoor({ ...listener, serverName: HOST });
    closers.push(() => door.close());
    grpcDoor = await openTlsDoor({ ...listener, serverName: GRPC_HOST, protocol: 'h2' });
    closers.push(() => grpcDoor.close());
  });

  after(async () => {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.toReversed()) await close();
  });

  const ask = (path: string, credential?: string) =>
    httpCall(door.port, path, {
      host: HOST,
      headers: credential === undefined ? [] : [['cookie', `__Host-sid=${credential}`]],
    });
  const gauge = async (name: string): Promise<number> => {
    const stats = await envoy.stats(`extauth/0.${name}$`);
    return [...stats.values()].reduce((sum, value) => sum + value, 0);
  };

  it('accepts it without a warning, also with the EnvoyPatchPolicy', async () => {
    expect(await complaintsAbout(config)).to.equal('');
    expect(await complaintsAbout(patchedConfig)).to.equal('');
  });

  async function complaintsAbout(bootstrap: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'curfew-gateway-'));
    const file = join(folder, 'envoy.json');
    await writeFile(file, bootstrap);
    const args = ['--mode', 'validate', '--config-path', file];
    const { stdout, stderr } = await promisify(execFile)(envoyBin, args);
    await rm(folder, { recursive: true });
    expect(stdout + stderr).to.include(`configuration '${file}' OK`);
    const isFault = (line: string) => /\]\[(warning|error|critical)\]/i.test(line);
    return stderr.split('\n').filter(isFault).join('\n');
  }

  it('lets requests with a session through, and no others', async () => {
    expect((await ask('/api/profile', newCredential())).status).to.equal(200);
    expect((await ask('/api/profile')).status).to.equal(401);
    expect((await ask('/login')).status).to.equal(200);
  });

  it('finds Curfew healthy by its own health checks, over mutual TLS', async () => {
    await eventually('healthy replicas', async () => (await gauge('membership_healthy')) === 2);
    expect(curfew.log()).not.to.contain('handshake_failed');
  });

  it('applies the policy that the SecurityPolicy of a route names, until its idle deadline', async () => {
    const credential = newCredential();
    await ask('/payments/new', credential);
    expect(await accessLogEntry(envoy, '/payments/new')).to.include({ details: 'via_upstream' });
    await sleep(IDLE_MS + 300);
    expect((await ask('/payments/again', credential)).status).to.equal(401);
    const entry = await accessLogEntry(envoy, '/payments/again');
    expect(entry).to.deep.include({ status: 401, flags: 'UAEX', details: 'ext_authz_denied' });
    expect(entry.curfew).to.include({ policy: 'payments', reason: 'idle_timeout' });
  });

  it('chooses the policy of other routes by their paths', async () => {
    const credential = newCredential();
    expect((await ask('/api/profile', credential)).status).to.equal(200);
    expect((await accessLogEntry(envoy, '/api/profile', 'ok')).curfew).to.include({
      policy: 'default',
    });
    await sleep(IDLE_MS + 300);
    expect((await ask('/api/profile', credential)).status).to.equal(200);
  });

  it('cuts event streams, WebSockets and gRPC streams at their limit', async () => {
    const cookie = `__Host-sid=${newCredential()}`;
    const target = { port: door.port, host: HOST, cookie };
    const beganAtMs = performance.now();
    const chat = grpcChat(grpcDoor.port, { cookie }, 100, GRPC_HOST);
    const [events, socket, { atMs }] = await Promise.all([
      openEventStream(target, { leaveAfterMs: 10_000 }),
      openWebSocket(target),
      chat.ended,
    ]);
    const streams = [events, socket, { messages: chat.echoes, atMs }];
    for (const stream of streams) {
      expect(stream.messages).to.be.greaterThan(0);
      expect(stream.atMs - beganAtMs).to.be.within(900, 6_000);
    }
    expect(await accessLogEntry(envoy, '/events')).to.include({ flags: 'UMSDR' });
  });

  it('refuses paths that two parsers could read differently', async () => {
    const headers = [['x_user', 'root']] as const;
    const answer = await httpCall(door.port, '/login', { host: HOST, headers });
    expect(answer.status).to.equal(400);
    expect((await ask('/api%2fprofile', newCredential())).status).to.equal(400);
  });

  it('refuses, instead of guessing, if several lines of cookies arrive as one', async () => {
    const [one, other] = [`__Host-sid=${newCredential()}`, `__Host-sid=${newCredential()}`];
    const withLines = async (...lines: readonly string[]) => {
      const headers = lines.map((line) => ['cookie', line] as const);
      return (await httpCall(door.port, '/api/profile', { host: HOST, headers })).status;
    };
    expect(await withLines('theme=dark', one)).to.equal(200);
    expect(await withLines('theme=a,b', one)).to.equal(200);
    expect(await withLines(`theme="a, b"; ${one}; lang=en`)).to.equal(200);
    expect(await withLines(one, other)).to.equal(401);
    // Could be one cookie whose value has a comma in it.
    expect(await withLines(one, 'theme=dark')).to.equal(401);
  });

  it('answers 503 while Curfew is down, and works again when it is back', async () => {
    await curfew.stop();
    expect((await ask('/api/profile', newCredential())).status).to.equal(503);
    expect((await ask('/login')).status).to.equal(503);
    curfew = await restart();
    await eventually(
      'answers',
      async () => (await ask('/api/profile', newCredential())).status === 200,
    );
  });
});

/** With ten times as much time for a check and a connection, because a busy machine may delay any process. */
function patient(config: string): string {
  return config
    .replaceAll('"timeout":"0.250s"', '"timeout":"2.5s"')
    .replaceAll('"maxInterval":"0.150s"', '"maxInterval":"2s"')
    .replaceAll('"connectTimeout":"0.100s"', '"connectTimeout":"1s"');
}
