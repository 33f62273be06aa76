import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const LOG_MAX = 64 * 1024;
const STOP_MAX_MS = 5_000;

const running = new Set<ChildProcess>();

// Whatever ends this process, no server may outlive it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process that a test has started, and must stop. */
export interface Running {
  readonly pid: number;
  /** The last 64 KiB of what it printed on either stream: what to show when a test fails. */
  log(): string;
  /** Whether it has not ended yet. */
  isAlive(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has ended, with its exit code or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals>;
  /** Asks it to end (also while it is paused), and insists after five seconds. */
  stop(): Promise<void>;
}

/** Starts a program; rejects when it cannot be started at all. */
export async function startProcess(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Running> {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => (log = (log + text).slice(-LOG_MAX)));
  }
  await once(child, 'spawn');
  running.add(child);
  const end = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal ?? 0);
    });
  });
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    log: () => log,
    isAlive,
    signal: (signal) => void child.kill(signal),
    ended: () => end,
    stop: async () => {
      if (isAlive()) {
        child.kill('SIGTERM');
        child.kill('SIGCONT');
      }
      const insist = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS);
      await end;
      clearTimeout(insist);
    },
  };
}
