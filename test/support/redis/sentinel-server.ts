import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Certificate } from '../certificates/certificate-authority.ts';
import { startProcess } from '../processes/child-process.ts';
import { onFreePorts, untilItAnswers } from './answering-server.ts';
import type { ServerPorts } from './answering-server.ts';
import { portArguments, writeCertificate } from './server-files.ts';
import { shippedTlsBetween } from './shipped-settings.ts';

const ANSWER_MAX_MS = 2_000;

export interface SentinelServerOptions {
  readonly bin: string;
  /**
   * The lines of its file of settings, without folder. If they depend on the port, they also say how
   * it is listened to, and have the certificates.
   */
  readonly settings: readonly string[] | ((port: number) => Promise<readonly string[]>);
  readonly tls?: Certificate | undefined;
}

/** One Sentinel on a port of 127.0.0.1. */
export interface SentinelServer {
  readonly port: number;
  readonly pid: number;
  log(): string;
  /** An administrator's connection, which fails quickly while the Sentinel does not answer. */
  readonly admin: Redis;
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** Starts it again with what it has learned. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Sentinel and waits until it answers. Its settings must have a user `admin` with any password. */
export async function startSentinelServer(options: SentinelServerOptions): Promise<SentinelServer> {
  const { bin, settings, tls } = options;
  const folder = await mkdtemp(join(tmpdir(), 'curfew-sentinel-'));
  const [file, path] = [join(folder, 'sentinel.conf'), join(folder, 'sentinel.sock')];
  await writeCertificate(folder, tls);
  const isTold = typeof settings === 'function';
  const between = tls === undefined ? [] : await shippedTlsBetween('sentinel/tls.conf');
  const start = async ({ port }: ServerPorts) => {
    const listens = isTold ? [] : [...portArguments(folder, port, tls), ...between];
    const server = await startProcess(bin, [file, '--sentinel', ...listens]);
    const way = tls === undefined && !isTold ? { port, host: '127.0.0.1' } : { path };
    return (await untilItAnswers(server, way)) ? server : undefined;
  };
  const startNew = async (ports: ServerPorts) => {
    const lines = isTold ? await settings(ports.port) : settings;
    // A Sentinel writes into this file what it learns.
    const all = [`bind 127.0.0.1`, `dir ${folder}`, `unixsocket ${path}`, ...lines];
    await writeFile(file, `${all.join('\n')}\n`);
    return start(ports);
  };
  const first = await onFreePorts(startNew).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const { ports } = first;
  let { server } = first;
  const admin = new Redis(path, {
    username: 'admin',
    password: 'any',
    commandTimeout: ANSWER_MAX_MS,
    disconnectTimeout: 50,
    enableReadyCheck: false,
    maxRetriesPerRequest: 1,
  });
  admin.on('error', () => undefined); // the rejected call has the error
  return {
    port: ports.port,
    admin,
    get pid() {
      return server.pid;
    },
    log: () => server.log(),
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    kill: async () => {
      server.signal('SIGKILL');
      await server.ended();
    },
    restart: async () => {
      await server.stop();
      const again = await start(ports);
      if (again === undefined) throw new Error(`the port ${ports.port} was taken meanwhile`);
      server = again;
    },
    stop: async () => {
      admin.disconnect();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
