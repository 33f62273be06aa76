import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { startProcess } from '../processes/child-process.ts';
import type { Running } from '../processes/child-process.ts';
import { untilItAnswers } from '../redis/answering-server.ts';
import { compositionOf, environmentOf, ROOT } from './composition.ts';
import type { StoreKind } from './composition.ts';

const run = promisify(execFile);
const BUS_PORT_ABOVE = 10_000; // where the other nodes of a Cluster reach a node
// Such that both ports are below all that a system gives to clients.
const NODE_PORTS = { from: 12_000, to: 22_000 } as const;

/** The servers of a composition, started by its own commands, but on ports of 127.0.0.1. */
export interface ComposedStore {
  /** The names of the servers, and of the Sentinels. */
  readonly servers: readonly string[];
  /** What the composition sets for Curfew, with the files and addresses of this machine. */
  readonly environment: { readonly [name: string]: string };
  /** A connection to a server or a Sentinel as administrator. */
  admin(server: string): Redis;
  /** Starts a server as the composition does. Resolves when it answers. */
  start(server: string): Promise<void>;
  /** Ends a server at once. */
  kill(server: string): Promise<void>;
  /** Runs a service that does its work and ends; rejects if it fails. */
  finish(service: string): Promise<void>;
  /** The text of a file of a server's volume. */
  read(server: string, path: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Makes the secrets of a composition, and starts none of its servers yet.
 *
 * @param bin the program that the commands call redis-server
 * @param downAfterMs after so long a Sentinel, or a node, finds a server down; production waits longer
 */
export async function composedStore(
  kind: StoreKind,
  bin: string,
  downAfterMs: number,
): Promise<ComposedStore> {
  const { services } = compositionOf(kind);
  const folder = await mkdtemp(join(tmpdir(), 'curfew-compose-'));
  const servers = Object.keys(services).filter((name) =>
    services[name]?.command?.includes('/start-redis.sh'),
  );
  const ports = new Map<string, number>();
  for (const name of servers) ports.set(name, await portOfNode()); // oxlint-disable-line no-await-in-loop
  const running = new Map<string, Running>();
  const admins = new Map<string, Redis>();

  /** Where a path in a container of this service is on this machine. */
  const onHost = (service: string, text: string): string => {
    let here = text;
    for (const mount of services[service]?.volumes ?? []) {
      const [source = '', target = ''] = mount.split(':');
      const path = source.startsWith('./') ? resolve(ROOT, source) : join(folder, source);
      here = here.replace(new RegExp(`(?<![\\w.-])${target}(?=/|$)`), path);
    }
    return here;
  };
  /** A text with the addresses of this machine. */
  const addressed = (text: string): string => {
    let here = text.replace(/(?<=^replica-announce-ip ).*/, '127.0.0.1');
    for (const [name, port] of ports) {
      here = here.replaceAll(
        new RegExp(`(?<=^|[ ,/@])${name}([: ])(?:6379|26379)\\b`, 'g'),
        `127.0.0.1$1${port}`,
      );
    }
    return here;
  };
  const wordsOf = (service: string): string[] =>
    (services[service]?.command ?? []).map((word) => addressed(onHost(service, word)));
  const portOf = (server: string): number => {
    const port = ports.get(server);
    if (port === undefined) throw new Error(`no server ${server}`);
    return port;
  };
  const env = { PATH: `${dirname(bin)}:${process.env['PATH'] ?? ''}` };

  /** A Sentinel has all of its settings in one file. */
  const sentinelWords = async (server: string, words: string[]): Promise<string[]> => {
    const settings = await readFile(words.pop() ?? '', 'utf8');
    const here = settings
      .replace('port 26379', `port ${portOf(server)}`)
      .replace(/(?<=^sentinel down-after-milliseconds curfew ).*/m, `${downAfterMs}`);
    const copy = join(folder, `${server}.conf`);
    await writeFile(copy, `bind 127.0.0.1\n${here.split('\n').map(addressed).join('\n')}`);
    return [...words, copy];
  };
  const start = async (server: string): Promise<void> => {
    const port = portOf(server);
    const shown = wordsOf(server);
    const isSentinel = shown.some((word) => word.endsWith('/sentinel.conf'));
    await mkdir(onHost(server, '/data'), { recursive: true });
    const [program = '', ...words] = isSentinel
      ? await sentinelWords(server, shown)
      : [...shown, 'bind 127.0.0.1', `port ${port}`, `cluster-node-timeout ${downAfterMs}`];
    const started = await startProcess(program, words, { env });
    running.set(server, started);
    if (!(await untilItAnswers(started, { host: '127.0.0.1', port }))) {
      throw new Error(`the port ${port} was taken`);
    }
  };

  await mkdir(join(folder, 'secrets'));
  await run(process.execPath, wordsOf('secrets'));
  const passwordFile = join(folder, 'secrets', kind, 'admin-password');
  const password = kind === 'single' ? undefined : await readFile(passwordFile, 'utf8');

  const curfew = services['curfew'];
  if (curfew === undefined) throw new Error('no service curfew');
  const environment = Object.entries(environmentOf(curfew)).map(
    ([name, value]) => [name, addressed(onHost('curfew', value))] as const,
  );
  return {
    servers,
    environment: Object.fromEntries(environment),
    admin: (server) => {
      const known = admins.get(server);
      if (known !== undefined) return known;
      const admin = new Redis(portOf(server), '127.0.0.1', {
        username: 'admin',
        ...(password !== undefined && { password }),
        enableReadyCheck: false,
        disconnectTimeout: 50,
      });
      admin.on('error', () => undefined); // the rejected call has the error
      admins.set(server, admin);
      return admin;
    },
    start,
    kill: async (server) => {
      running.get(server)?.signal('SIGKILL');
      await running.get(server)?.ended();
    },
    finish: async (service) => {
      const [program = '', ...words] = wordsOf(service);
      await run(program, words, { env });
    },
    read: (server, path) => readFile(onHost(server, path), 'utf8'),
    stop: async () => {
      for (const admin of admins.values()) admin.disconnect();
      await Promise.all([...running.values()].map((server) => server.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function portOfNode(): Promise<number> {
  for (;;) {
    const port = randomInt(NODE_PORTS.from, NODE_PORTS.to);
    // oxlint-disable-next-line no-await-in-loop -- until one fits
    if ((await isFree(port)) && (await isFree(port + BUS_PORT_ABOVE))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isTaken = once(server, 'error').then(() => true);
  const listens = once(server, 'listening').then(() => false);
  server.listen(port, '127.0.0.1');
  if (await Promise.race([isTaken, listens])) return false;
  server.close();
  await once(server, 'close');
  return true;
}
