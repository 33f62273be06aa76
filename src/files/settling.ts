import type { FilesReading } from './read-file.ts';

/**
 * A file that is saved in place is written in pieces, and the first half of a policy file can be a
 * valid one. Two equal readings this far apart show that it is complete.
 */
const SETTLE_MS = 300;

/**
 * Judges whether files that have changed are complete. A symlink that leads elsewhere is a swap, as
 * the kubelet does it, and the new file was complete before.
 */
export class Settling {
  /** Where the files really were at the last reading. */
  #realPaths: readonly string[];
  #changed: { readonly identity: string; readonly sinceMs: number } | undefined;

  /** @param first the files as they are used at first */
  constructor(first: FilesReading) {
    this.#realPaths = realPathsOf(first);
  }

  /**
   * How long to wait until the files are read again; 0 when this reading can be used.
   * @param hashes those of the files in use
   */
  waitMs(reading: FilesReading, hashes: readonly string[], nowMs: number): number {
    const before = this.#realPaths;
    if (reading.kind === 'content') this.#realPaths = realPathsOf(reading);
    if (reading.kind === 'content' && isSwapped(reading, hashes, before)) {
      this.#changed = undefined;
      return 0;
    }
    const identity = identityOf(reading);
    if (this.#changed?.identity !== identity) this.#changed = { identity, sinceMs: nowMs };
    return Math.max(0, this.#changed.sinceMs + SETTLE_MS - nowMs);
  }

  /** The files are as they are used: a change that was seen before has gone. */
  unchanged(reading: FilesReading): void {
    this.#realPaths = realPathsOf(reading);
    this.#changed = undefined;
  }
}

/** What distinguishes one reading from another: the contents, or why there are none. */
export function identityOf(reading: FilesReading): string {
  return reading.kind === 'content' ? reading.hash : reading.why;
}

/** Whether each file that has other content now is another file. */
function isSwapped(
  { files }: Extract<FilesReading, { kind: 'content' }>,
  hashes: readonly string[],
  realPaths: readonly string[],
): boolean {
  return files.every(({ hash, realPath }, i) => hash === hashes[i] || realPath !== realPaths[i]);
}

function realPathsOf(reading: FilesReading): readonly string[] {
  return reading.kind === 'content' ? reading.files.map(({ realPath }) => realPath) : [];
}
