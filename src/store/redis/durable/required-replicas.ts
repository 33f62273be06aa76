import { forgetOldest } from '../../forget-oldest.ts';
import type { PrimaryInfo } from './primary-info.ts';

/**
 * How long replicas that were seen are expected to come back: as long as ends are written again
 * after a change of primary.
 */
const REMEMBERED_MS = 15 * 60_000;

/** Names of servers and of histories that are remembered, the oldest first to be forgotten. */
const NAMES_MAX = 4_096;

/**
 * How many replicas have to confirm what administration writes to a server. Each part of a Cluster
 * has replicas of its own: one without any must not wait for what the others have.
 */
export class RequiredReplicas {
  readonly #configured: number | undefined;
  readonly #clock: () => number;
  /** When replicas of a server were seen last, by its name and by the histories of its data. */
  readonly #seenAtMs = new Map<string, number>();

  /**
   * @param configured how many; `undefined`: all that are connected, and at least one if there were
   *   any during the last 15 minutes
   * @param clock a monotonic clock, in milliseconds
   */
  constructor(configured: number | undefined, clock: () => number) {
    this.#configured = configured;
    this.#clock = clock;
  }

  /**
   * A primary says how many are connected now.
   * @param server which one of several
   */
  seen(info: PrimaryInfo, server = ''): void {
    if (info.replicasOnline === 0) return;
    for (const name of namesOf(info, server)) {
      this.#seenAtMs.delete(name);
      this.#seenAtMs.set(name, this.#clock());
    }
    forgetOldest(this.#seenAtMs, NAMES_MAX);
  }

  /**
   * @param info what the primary says now
   * @param server which one of several
   * @returns how many have to confirm; 0 if there is nothing to wait for
   */
  of(info: PrimaryInfo, server = ''): number {
    this.seen(info, server);
    if (this.#configured !== undefined) return this.#configured;
    if (info.replicasOnline > 0) return info.replicasOnline;
    const seenAtMs = namesOf(info, server).map((name) => this.#seenAtMs.get(name) ?? -Infinity);
    return this.#clock() - Math.max(...seenAtMs) < REMEMBERED_MS ? 1 : 0;
  }
}

/** A replica that was promoted continues the history of the primary whose replica it was. */
function namesOf({ replicationId, earlierReplicationId }: PrimaryInfo, server: string): string[] {
  const histories = [replicationId, earlierReplicationId ?? ''].filter((id) => id !== '');
  return [`server ${server}`, ...histories];
}
