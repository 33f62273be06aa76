import { readFileSync } from 'node:fs';

// USER_HZ: what /proc counts in, on every Linux of these days.
const TICKS_PER_SECOND = 100;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** CPU time that a process has used since its start, all threads, user and system. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the program's name in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS]);
  return (ticks * 1_000) / TICKS_PER_SECOND;
}

export interface MemoryUse {
  readonly nowMb: number;
  /** The most since its start. */
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
