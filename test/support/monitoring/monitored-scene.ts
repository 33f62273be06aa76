import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../certificates/certificate-authority.ts';
import { startCurfew } from '../processes/curfew.ts';
import type { Curfew } from '../processes/curfew.ts';
import { newCredential, startEdge } from '../envoy/edge.ts';
import type { Edge } from '../envoy/edge.ts';
import { eventually } from '../time/eventually.ts';
import { freePort } from '../network/free-port.ts';
import { httpCall } from '../clients/http-call.ts';
import type { Answer } from '../clients/http-call.ts';
import { writeKeyFile } from '../files/key-file.ts';
import type { KeyFile } from '../files/key-file.ts';
import { startPrometheus } from './prometheus.ts';
import type { Prometheus } from './prometheus.ts';
import { startRedisServer } from '../redis/redis-server.ts';
import type { RedisServer } from '../redis/redis-server.ts';
import { startLoad } from '../clients/steady-load.ts';

const SEEN_MAX_MS = 30_000;
const rulesFile = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  'deploy',
  'prometheus',
  'rules',
  'curfew.yaml',
);

/** Sessions of /brief end within the scene, by either deadline; the junk of /junk reaches the limit on openings. */
const POLICY = `
version: 1
openings: { per_second: 1, burst: 2 }
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
  - { name: staff, cookie: staff, opening: registered }
policies:
  - { name: public, match: [{ path: /assets/** }], session: off }
  - { name: watched, match: [{ host: watched.test }], idle: 1h, absolute: 12h, mode: observe }
  - { name: brief, match: [{ path: /brief/** }], idle: 1s, absolute: 2s }
  - { name: default, idle: 1h, absolute: 12h }
`;

/** Curfew in all its states, watched by Prometheus: two replicas behind an Envoy, and one with TLS. */
export interface MonitoredScene {
  readonly prometheus: Prometheus;
  stop(): Promise<void>;
}

/** Starts everything and then the load, which lasts until the scene is stopped. */
export async function startMonitoredScene(prometheusBin: string): Promise<MonitoredScene> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.splice(0).toReversed()) await close();
  };
  const kept = <T>(thing: T, close: (thing: T) => Promise<unknown>): T => {
    closers.push(async () => void (await close(thing)));
    return thing;
  };
  try {
    const redis = kept(await startRedisServer(), (server) => server.stop());
    const keys = kept(await writeKeyFile(), (file) => file.remove());
    const edge = kept(await startWatchedEdge(redis, keys), (running) => running.stop());
    const encrypted = kept(await startEncrypted(), (running) => running.stop());
    const load = kept(startLoad(40, asking(edge.port)), (running) => running.stop());
    const opsPorts = [...edge.curfews, encrypted.curfew].map(({ opsPort }) => opsPort);
    const files = {
      'prometheus.yml': configuration(opsPorts, edge.envoy.adminPort),
      // A group with its own interval would be evaluated only after the test.
      'curfew.yaml': (await readFile(rulesFile, 'utf8')).replaceAll(/^ +interval: .*$/gm, ''),
    };
    const prometheus = kept(await startPrometheus(prometheusBin, files), (it) => it.stop());
    await eventually('first answers', () => load.report().sent > 100, SEEN_MAX_MS);
    await play({ redis, edge, prometheus });
    return { prometheus, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startWatchedEdge(redis: RedisServer, keys: KeyFile): Promise<Edge> {
  return startEdge({
    policy: POLICY,
    store: redis.url,
    flags: [`--key-file=${keys.path}`],
    replicas: 2,
    // A route that names a policy that does not exist: an internal error, caused by the configuration.
    editEnvoy: (config) => config.replace('{ tier: sensitive }', '{ curfew-policy: missing }'),
  });
}

async function startEncrypted(): Promise<{ curfew: Curfew; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-scene-'));
  const [policyPath, certPath, keyPath] = ['curfew.yaml', 'tls.crt', 'tls.key'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const { cert, key } = createAuthority().issue();
  await writeFile(policyPath, POLICY);
  await writeFile(certPath, cert);
  await writeFile(keyPath, key, { mode: 0o600 });
  const curfew = await startCurfew({
    policyPath,
    grpcPort: await freePort(),
    opsPort: await freePort(),
    flags: [`--grpc-tls-cert-file=${certPath}`, `--grpc-tls-key-file=${keyPath}`],
  });
  const stop = async (): Promise<void> => {
    await curfew.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { curfew, stop };
}

function configuration(opsPorts: readonly number[], envoyPort: number): string {
  const targets = (ports: readonly number[]): string =>
    JSON.stringify(ports.map((port) => `127.0.0.1:${port}`));
  return `
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [curfew.yaml]
scrape_configs:
  - job_name: curfew
    static_configs: [{ targets: ${targets(opsPorts)}, labels: { namespace: curfew } }]
  - job_name: envoy
    metrics_path: /stats/prometheus
    static_configs: [{ targets: ${targets([envoyPort])}, labels: { namespace: edge } }]
`;
}

/** One request after the other, of each kind in turn. */
function asking(port: number): () => Promise<Answer> {
  const sid = newCredential();
  const briefSid = newCredential();
  let asked = 0;
  const get = (path: string, cookie = '', host = 'app.test'): Promise<Answer> =>
    httpCall(port, path, { host, headers: cookie === '' ? [] : [['cookie', cookie]] });
  const kinds: readonly (() => Promise<Answer>)[] = [
    () => get('/api/profile', `sid=${sid}`),
    () => get('/api/profile', `sid=${sid}`),
    () => get('/assets/style.css'),
    () => get('/api/profile'), // no credential
    () => get('/api/profile', `staff=${randomBytes(8).toString('hex')}`), // unknown
    () => get('/api/profile', 'sid=a%25b'), // malformed
    () => get('/brief/page', `sid=${briefSid}`), // ends
    () => get('/api/profile', '', 'watched.test'), // would be denied
    () => get('/api/profile', `sid=${newCredential()}`), // junk
    () => get('/payments/one', `sid=${sid}`), // its route names a policy that does not exist
  ];
  return () => {
    asked += 1;
    const kind = kinds[asked % kinds.length];
    if (kind === undefined) throw new Error('no kind of request');
    return kind();
  };
}

interface Stage {
  readonly redis: RedisServer;
  readonly edge: Edge;
  readonly prometheus: Prometheus;
}

/** Events that requests alone cannot cause: a change of policies, another client, a Redis that refuses, is late, and is down. */
async function play({ redis, edge, prometheus }: Stage): Promise<void> {
  const seen = (what: string): Promise<unknown> =>
    eventually(what, async () => (await prometheus.query(what)).length > 0, SEEN_MAX_MS);
  await seen('sum(rate(curfew_checks_total[10s])) > 0');
  await edge.policyFile.replace(`${POLICY}# another version\n`);
  await seen('count(count by (hash) (curfew_config_info)) == 2'); // the third replica keeps its own
  await breakHttp2(edge);
  await redisSays(redis, 'CONFIG SET min-replicas-to-write 1');
  await seen('curfew_store_call_duration_seconds_count{outcome="refused"} > 0');
  await redisSays(redis, 'CONFIG SET min-replicas-to-write 0');
  redis.pause();
  await seen('curfew_store_call_duration_seconds_count{outcome="late"} > 0');
  redis.resume();
  await redis.kill();
  await seen('ALERTS{alertname="CurfewStoreDown", alertstate="pending"}');
  await redis.restart();
  await seen('sum(curfew_store_up) == 3');
}

async function breakHttp2({ curfews, envoy }: Edge): Promise<void> {
  const ports = [...(await envoy.admin('/clusters')).matchAll(/^curfew::127\.0\.0\.1:(\d+)::/gm)];
  const port = Number(ports[0]?.[1]);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined); // it is cut on purpose
  socket.resume();
  // Its first frame should be SETTINGS, but is an empty DATA.
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\0\0\0\0\0\u0001');
  await once(socket, 'close');
  const reported = async (): Promise<boolean> => {
    const pages = await Promise.all(curfews.map((curfew) => curfew.metrics()));
    return pages.some((page) => /^curfew_grpc_connections_refused_total\{/m.test(page));
  };
  await eventually('refused connection', reported);
}

async function redisSays({ port }: RedisServer, command: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${command}\r\n`);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  await once(socket, 'close');
  if (!reply.toString().startsWith('+OK')) throw new Error(`${command}: ${reply.toString()}`);
}
