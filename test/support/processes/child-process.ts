import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** Of a longer log only the last whole lines are kept. */
const LOG_MAX = 256 * 1024;
const STOP_MAX_MS = 5_000;

const running = new Set<ChildProcess>();

// However this process ends, no server may outlive it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process that a test has started, and must stop. */
export interface Running {
  readonly pid: number;
  /**
   * The last 64 KiB of what it printed on both streams. A line of one stream is never cut by the other,
   * except for lines at the end that are not complete yet.
   */
  log(): string;
  /** Whether it has not ended yet. */
  isAlive(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has ended, with its exit code or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals>;
  /** Asks it to end (also while it is paused), and kills it after five seconds. */
  stop(): Promise<void>;
}

/** Starts a program; rejects when it cannot be started at all. */
export async function startProcess(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Running> {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = lineLog([child.stdout, child.stderr]);
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
    log,
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

/** Collects streams line by line: pipes deliver chunks, which may end in the middle of a line. */
function lineLog(streams: readonly Readable[]): () => string {
  let complete = '';
  const partial = streams.map(() => '');
  for (const [index, stream] of streams.entries()) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const text = (partial[index] ?? '') + chunk;
      const end = text.lastIndexOf('\n') + 1;
      complete = lastLines(complete + text.slice(0, end));
      partial[index] = text.slice(end).slice(-LOG_MAX);
    });
  }
  return () => complete + partial.join('');
}

function lastLines(lines: string): string {
  if (lines.length <= LOG_MAX) return lines;
  return lines.slice(lines.indexOf('\n', lines.length - LOG_MAX - 1) + 1);
}
