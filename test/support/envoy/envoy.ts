import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../processes/child-process.ts';
import type { Running } from '../processes/child-process.ts';
import { provideEnvoy } from '../../../tools/provision.ts';

const START_MAX_MS = 50_000;
const POLL_MS = 30;

export interface EnvoyOptions {
  /** The whole bootstrap configuration, as YAML or JSON. Listeners may ask for port 0: see `port`. */
  readonly config: string;
  /** The program; by default the one that this machine provides. */
  readonly bin?: string;
  readonly args?: readonly string[];
  readonly logLevel?: 'trace' | 'debug' | 'info' | 'warning' | 'error';
}

/** A real Envoy with one worker, and an admin interface on a free port of 127.0.0.1. */
export interface Envoy {
  readonly pid: number;
  readonly adminPort: number;
  log(): string;
  /** The real port of the listener with this name. */
  port(listener: string): Promise<number>;
  /** Counters and gauges by name, those that match `filter` (a regular expression). */
  stats(filter?: string): Promise<ReadonlyMap<string, number>>;
  /** The body of an admin page, such as `/clusters`. */
  admin(path: string, method?: 'GET' | 'POST'): Promise<string>;
  stop(): Promise<void>;
}

/** Starts an Envoy and waits until it is ready to serve; if it does not become ready, its log is in the error. */
export async function startEnvoy(options: EnvoyOptions): Promise<Envoy> {
  const bin = options.bin ?? (await provideEnvoy());
  if (bin === undefined) throw new Error('no Envoy');
  const folder = await mkdtemp(join(tmpdir(), 'curfew-envoy-'));
  await writeFile(join(folder, 'envoy.yaml'), options.config);
  const envoy = await startProcess(bin, argumentsFor(folder, options));
  const stop = async () => {
    await envoy.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const adminPort = await whenReady(envoy, join(folder, 'admin')).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const admin = (path: string, method = 'GET') => ask(adminPort, path, method);
  return {
    pid: envoy.pid,
    adminPort,
    log: () => envoy.log(),
    port: async (listener) => portOf(listener, await admin('/listeners?format=json')),
    stats: async (filter = '') => {
      const query = `?format=json&filter=${encodeURIComponent(filter)}`;
      return numbersOf(await admin(`/stats${query}`));
    },
    admin,
    stop,
  };
}

function argumentsFor(folder: string, options: EnvoyOptions): string[] {
  // Merged over the configuration, so that tests can run an unchanged production file.
  const admin = { admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } } };
  const args = [
    '--config-path',
    join(folder, 'envoy.yaml'),
    '--config-yaml',
    JSON.stringify(admin),
  ];
  args.push('--admin-address-path', join(folder, 'admin'), '--concurrency', '1');
  // The Envoys of one machine share nothing, so no base id is needed, either.
  args.push('--disable-hot-restart', '--log-level', options.logLevel ?? 'warning');
  return [...args, ...(options.args ?? [])];
}

async function whenReady(envoy: Running, addressFile: string): Promise<number> {
  const giveUpAtMs = Date.now() + START_MAX_MS;
  while (envoy.isAlive() && Date.now() < giveUpAtMs) {
    const port = Number((await readFile(addressFile, 'utf8').catch(() => '')).split(':').at(-1));
    if (port > 0 && (await ask(port, '/ready').catch(() => '')).startsWith('LIVE')) return port;
    await sleep(POLL_MS);
  }
  throw new Error(`Envoy did not become ready:\n${envoy.log()}`);
}

function ask(port: number, path: string, method = 'GET'): Promise<string> {
  // No connection is kept: it would be left open after the last test.
  const agent = new Agent({ keepAlive: false });
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, method, agent }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () => resolve(body));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
}

interface ListenersPage {
  listener_statuses?: {
    name: string;
    local_address: { socket_address: { port_value: number } };
  }[];
}

function portOf(listener: string, page: string): number {
  const { listener_statuses: statuses = [] } = JSON.parse(page) as ListenersPage;
  const found = statuses.find(({ name }) => name === listener);
  if (found === undefined) throw new Error(`Envoy has no listener ${listener}: ${page}`);
  return found.local_address.socket_address.port_value;
}

function numbersOf(page: string): ReadonlyMap<string, number> {
  const { stats } = JSON.parse(page) as { stats: { name?: string; value?: unknown }[] };
  const numbers = new Map<string, number>();
  for (const { name, value } of stats) {
    if (name !== undefined && typeof value === 'number') numbers.set(name, value);
  }
  return numbers;
}
