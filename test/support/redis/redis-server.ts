import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '../certificates/certificate-authority.ts';
import { startProcess } from '../processes/child-process.ts';
import { provideStoreServer } from '../../../tools/store-servers.ts';
import { onFreePorts, untilItAnswers } from './answering-server.ts';
import type { ServerPorts } from './answering-server.ts';
import { portArguments, writeCertificate, writeUsers } from './server-files.ts';

export interface RedisServerOptions {
  /** The program; by default the one that this machine provides. */
  readonly bin?: string | undefined;
  /** More arguments, such as `--maxmemory 10mb`, each word an element. */
  readonly args?: readonly string[];
  /** More variables of its environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** The lines of an ACL file, such as `user default off`. */
  readonly acl?: readonly string[];
  /** Only TLS: with a certificate of its own (see `ca`), or with this one, which is its authority, too. */
  readonly tls?: boolean | Certificate | undefined;
  /** The arguments for TLS on this port, instead of those that belong to `tls`. */
  readonly listens?: ((port: number) => Promise<readonly string[]>) | undefined;
  /**
   * What a restart brings back: nothing (the default), or all that the append-only file has, written
   * each second (`aof`) or with each command (`whole-aof`). An end by a signal loses neither.
   */
  readonly keeps?: 'nothing' | 'aof' | 'whole-aof';
  /** A node for a Cluster, which the other nodes reach at a port of its own. */
  readonly isClusterNode?: boolean;
}

/** A real redis-server (or valkey-server) on a port of 127.0.0.1, with its own folder. */
export interface RedisServer {
  readonly host: string;
  readonly port: number;
  /** Where the other nodes of a Cluster reach it. Nothing listens there if it is no node. */
  readonly busPort: number;
  /** `redis://…`, or `rediss://…` with TLS. */
  readonly url: string;
  /** A Unix socket of the same server, never encrypted. */
  readonly socketPath: string;
  /** The PEM certificate that a TLS client must trust. */
  readonly ca: string | undefined;
  /** What it stores on disk, such as `appendonlydir`. A test may change it between kill and restart. */
  readonly folder: string;
  readonly pid: number;
  /** Whether it runs and is not paused. */
  readonly isAnswering: boolean;
  log(): string;
  /** Freezes it: connections stay open, but get no answer. */
  pause(): void;
  resume(): void;
  /** Ends it at once; resolves when it is gone. `restart` brings it back. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again, with what it keeps, on the same port and with the same options. */
  restart(): Promise<void>;
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a redis-server and waits until it answers. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const bin = options.bin ?? (await provideStoreServer());
  if (bin === undefined) throw new Error('no redis-server');
  const folder = await mkdtemp(join(tmpdir(), 'curfew-redis-'));
  const certificate = await writeCertificate(folder, options.tls);
  const settings = await settingsFor(folder, options);
  const socketPath = join(folder, 'redis.sock');
  const isTls = certificate !== undefined || options.listens !== undefined;
  const start = async ({ port, busPort }: ServerPorts) => {
    const listens = await options.listens?.(port);
    const args = [...settings, ...(listens ?? portArguments(folder, port, certificate))];
    if (options.isClusterNode) args.push('--cluster-port', `${busPort}`);
    const server = await startProcess(bin, [...args, ...(options.args ?? [])], {
      env: { ...process.env, ...options.env },
    });
    const way = isTls ? { path: socketPath } : { port, host: '127.0.0.1' };
    return (await untilItAnswers(server, way)) ? server : undefined;
  };
  const first = await onFreePorts(start).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const { ports } = first;
  let { server } = first;
  let isPaused = false;
  return {
    host: '127.0.0.1',
    ...ports,
    url: `${isTls ? 'rediss' : 'redis'}://127.0.0.1:${ports.port}`,
    socketPath,
    ca: certificate?.cert,
    folder,
    get pid() {
      return server.pid;
    },
    get isAnswering() {
      return server.isAlive() && !isPaused;
    },
    log: () => server.log(),
    pause: () => {
      isPaused = true;
      server.signal('SIGSTOP');
    },
    resume: () => {
      isPaused = false;
      server.signal('SIGCONT');
    },
    kill: async (signal = 'SIGKILL') => {
      server.signal(signal);
      await server.ended();
    },
    restart: async () => {
      await server.stop();
      const again = await start(ports);
      if (again === undefined) throw new Error(`the port ${ports.port} was taken meanwhile`);
      server = again;
      isPaused = false;
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function settingsFor(folder: string, options: RedisServerOptions): Promise<string[]> {
  const file = join(folder, 'redis.conf');
  // A Sentinel has a server write down whom it follows, which needs a file of settings.
  await writeFile(file, '');
  const settings = [file, '--bind', '127.0.0.1', '--dir', folder, '--daemonize', 'no'];
  settings.push('--save', '', '--unixsocket', join(folder, 'redis.sock'));
  if (options.isClusterNode) settings.push('--cluster-enabled', 'yes');
  settings.push(...(await writeUsers(folder, options.acl)));
  return [...settings, ...persistence(options.keeps ?? 'nothing')];
}

function persistence(keeps: NonNullable<RedisServerOptions['keeps']>): readonly string[] {
  switch (keeps) {
    case 'nothing':
      return ['--appendonly', 'no'];
    case 'aof':
      return ['--appendonly', 'yes', '--appendfsync', 'everysec'];
    case 'whole-aof':
      return ['--appendonly', 'yes', '--appendfsync', 'always'];
    default:
      return keeps satisfies never;
  }
}
