import { readFileSync, readdirSync } from 'node:fs';

const NS_PER_MS = 1_000_000;

/** CPU time of a process since its start, user and system, of all present threads. */
export function cpuMsOf(pid: number): number {
  return threadsOf(pid).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

export interface ThreadUse {
  readonly name: string;
  readonly isMain: boolean;
  readonly cpuMs: number;
}

/**
 * CPU time of each thread since its start, from `schedstat`: in nanoseconds, while `stat` counts in hundredths of a
 * second, which is several per cent of what an efficient server needs in a round.
 */
export function threadsOf(pid: number): readonly ThreadUse[] {
  const threads: ThreadUse[] = [];
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${id}`;
    try {
      const [ranNs] = readFileSync(`${folder}/schedstat`, 'latin1').split(' ');
      const name = readFileSync(`${folder}/comm`, 'latin1').trim();
      threads.push({ name, isMain: Number(id) === pid, cpuMs: Number(ranNs) / NS_PER_MS });
    } catch {
      // It ended between the two reads.
    }
  }
  return threads;
}

export interface MemoryUse {
  readonly nowMb: number;
  /** The maximum since its start. */
  readonly peakMb: number;
}

/** Resident memory of a process, in MB of 1 000 000 bytes. */
export function memoryOf(pid: number): MemoryUse {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const mb = (name: string): number => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
    return (Number(kib) * 1_024) / 1_000_000;
  };
  return { nowMb: mb('VmRSS'), peakMb: mb('VmHWM') };
}
