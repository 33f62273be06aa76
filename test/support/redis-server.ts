import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from './child-process.ts';
import type { Running } from './child-process.ts';
import { freePort } from './free-port.ts';
import { provideRedisServer } from './provision.ts';
import { selfSigned } from './self-signed.ts';

const START_MAX_MS = 10_000;
const PING_MAX_MS = 500;
const POLL_MS = 20;
const ATTEMPTS_MAX = 3;

export interface RedisServerOptions {
  /** The program; by default the one that this machine provides. */
  readonly bin?: string;
  /** More arguments, such as `--maxmemory 10mb`, each word an element. */
  readonly args?: readonly string[];
  /** The lines of an ACL file, such as `user default off`. */
  readonly acl?: readonly string[];
  /** Speak TLS only, with a certificate of its own (see `ca`). */
  readonly tls?: boolean;
}

/** A real redis-server on a port of 127.0.0.1, with a folder of its own and nothing saved to disk. */
export interface RedisServer {
  readonly host: string;
  readonly port: number;
  /** `redis://…`, or `rediss://…` with TLS. */
  readonly url: string;
  /** A Unix socket of the same server, never encrypted. */
  readonly socketPath: string;
  /** The PEM certificate that a TLS client has to trust. */
  readonly ca: string | undefined;
  readonly pid: number;
  log(): string;
  /** Freezes it: connections stay open, and nothing is answered. */
  pause(): void;
  resume(): void;
  /** Ends it at once; resolves when it is gone. `restart` brings it back. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it anew, empty, on the same port and with the same options. */
  restart(): Promise<void>;
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a redis-server and waits until it answers. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const bin = options.bin ?? (await provideRedisServer());
  if (bin === undefined) throw new Error('no redis-server');
  const folder = await mkdtemp(join(tmpdir(), 'curfew-redis-'));
  const ca = await writeFiles(folder, options);
  const isTls = options.tls === true;
  const start = async (port: number) => {
    const server = await startProcess(bin, argumentsFor(folder, port, options));
    return (await answers(
      server,
      isTls ? { path: join(folder, 'redis.sock') } : { port, host: '127.0.0.1' },
    ))
      ? server
      : undefined;
  };
  const first = await startSomewhere(start).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const { port } = first;
  let { server } = first;
  return {
    host: '127.0.0.1',
    port,
    url: `${isTls ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    socketPath: join(folder, 'redis.sock'),
    ca,
    get pid() {
      return server.pid;
    },
    log: () => server.log(),
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    kill: async (signal = 'SIGKILL') => {
      server.signal(signal);
      await server.ended();
    },
    restart: async () => {
      await server.stop();
      const again = await start(port);
      if (again === undefined) throw new Error(`redis-server did not come back on port ${port}`);
      server = again;
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

// Between the choice of a free port and its use somebody else may take it.
async function startSomewhere(start: (port: number) => Promise<Running | undefined>) {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const port = await freePort();
    const server = await start(port);
    if (server !== undefined) return { port, server };
  }
  throw new Error(`redis-server ended at its start, ${ATTEMPTS_MAX} times`);
}

async function writeFiles(folder: string, options: RedisServerOptions) {
  if (options.acl) await writeFile(join(folder, 'users.acl'), `${options.acl.join('\n')}\n`);
  if (!options.tls) return undefined;
  const { cert, key } = selfSigned();
  await writeFile(join(folder, 'cert.pem'), cert);
  await writeFile(join(folder, 'key.pem'), key, { mode: 0o600 });
  return cert;
}

function argumentsFor(folder: string, port: number, options: RedisServerOptions): string[] {
  const args = ['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  args.push('--unixsocket', join(folder, 'redis.sock'), '--daemonize', 'no');
  if (options.acl) args.push('--aclfile', join(folder, 'users.acl'));
  if (options.tls) {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    args.push('--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no');
    args.push('--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert);
  } else {
    args.push('--port', String(port));
  }
  return [...args, ...(options.args ?? [])];
}

/** @param way a server that may ask for certificates is asked past TLS */
async function answers(server: Running, way: NetConnectOpts): Promise<boolean> {
  const giveUpAtMs = Date.now() + START_MAX_MS;
  while (server.isAlive() && Date.now() < giveUpAtMs) {
    if (await isUp(way)) return true;
    await sleep(POLL_MS);
  }
  await server.stop();
  if (server.log().includes('Address already in use')) return false;
  throw new Error(`redis-server did not answer:\n${server.log()}`);
}

// A server that refuses us by its ACL is up as well; one that says LOADING is not.
async function isUp(way: NetConnectOpts): Promise<boolean> {
  const socket = connect(way);
  socket.setTimeout(PING_MAX_MS);
  const reply = await new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(data.toString()));
    socket.once('timeout', () => resolve(''));
    socket.once('error', () => resolve(''));
    socket.once('close', () => resolve(''));
    socket.write('PING\r\n');
  });
  socket.destroy();
  return /^(\+PONG|-NOAUTH|-NOPERM)/.test(reply);
}
