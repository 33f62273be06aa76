import type { Mark } from './mark.ts';

/**
 * A mark counts as known when it is this old. A failover loses the last seconds, and with them perhaps
 * a mark that was just renewed, which must not look like a loss.
 */
const SETTLED_MS = 60_000;

/** What a replica knows of the mark of a partition. */
export interface KnownMark {
  readonly begunAtMs: number;
  readonly renewedAtMs: number;
}

/** The newest settled mark that this replica has seen in each partition. */
export class KnownMarks {
  readonly #known = new Map<number, KnownMark>();

  of(partition: number): KnownMark | undefined {
    return this.#known.get(partition);
  }

  /** The newest renewal that a partition must have; 0 if none is known. */
  renewedAtMs(partition: number): number {
    return this.#known.get(partition)?.renewedAtMs ?? 0;
  }

  /** The mark was found. It is noted if it is settled. @param nowMs by the store's clock */
  found(partition: number, mark: Mark, nowMs: number): void {
    if (isSettled(mark.renewedAtMs, nowMs)) this.replace(partition, mark);
  }

  /** From now on, this mark is what is known. */
  replace(partition: number, { begunAtMs, renewedAtMs }: KnownMark): void {
    this.#known.set(partition, { begunAtMs, renewedAtMs });
  }
}

/** Whether something was written so long ago that a failover does not lose it. */
export function isSettled(writtenAtMs: number, nowMs: number): boolean {
  return nowMs - writtenAtMs >= SETTLED_MS;
}
