import { asError } from '../../as-error.ts';
import type { PendingEnd } from '../../../session/session-directory.ts';
import type { SourceRule } from '../../../session/session-store.ts';
import { CALLER_TIME_MS, PendingTurn } from '../../subjects/finish-pending.ts';
import type { PendingFinished } from '../../subjects/finish-pending.ts';
import type { SubjectEndPorts } from '../../subjects/finish-subject-end.ts';
import { pendingMember, readPending } from '../directory/pending-ends.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import type { PartitionWatch } from './partition-watch.ts';
import type { SweepTurn } from './sweep-turn.ts';

/** Pending ends that are fetched at a time from one partition. */
const ENDS_AT_ONCE = 8;

/** Ends that failed and are remembered. */
const FAILED_MAX = 1_000;

/** Finishes ends of subjects whose caller has died, or does not get on. */
export class SubjectPass {
  readonly #connection: StoreConnection;
  readonly #watch: PartitionWatch;
  readonly #ports: SubjectEndPorts;
  /**
   * Ends that could not be finished, by their member, such as those with a session on a part of a
   * Cluster that is down. They come after all others, the one that was tried last as the last.
   */
  readonly #failed = new Map<string, PendingEnd>();

  constructor(connection: StoreConnection, watch: PartitionWatch, ports: SubjectEndPorts) {
    this.#connection = connection;
    this.#watch = watch;
    this.#ports = ports;
  }

  /** True when more is pending than one turn may do. */
  async run(turn: SweepTurn, sources: ReadonlyMap<string, SourceRule>): Promise<boolean> {
    const untilMs = turn.nowMs - CALLER_TIME_MS;
    const pending = new PendingTurn(this.#ports, sources);
    const failedBefore = [...this.#failed];
    const seen = new Set<string>();
    let isMore = false;
    for (const each of this.#watch.partitions) {
      if ((each.state?.pendingAtMs ?? Infinity) > untilMs) continue;
      const max = ENDS_AT_ONCE + failedBefore.length;
      // oxlint-disable-next-line no-await-in-loop -- one after another, to leave room for checks
      const ends = await readPending(this.#connection, each.keys, untilMs, max);
      each.isStale = true;
      isMore ||= ends.length === max;
      for (const end of ends) {
        const member = pendingMember(end);
        if (this.#failed.has(member)) seen.add(member);
        // oxlint-disable-next-line no-await-in-loop
        else if (!(await this.#finish(turn, pending, end))) return true;
      }
    }
    for (const [member, end] of failedBefore) {
      // What was not found has been finished by another replica.
      if (!seen.has(member)) this.#failed.delete(member);
      // oxlint-disable-next-line no-await-in-loop
      else if (!(await this.#finish(turn, pending, end))) return true;
    }
    return isMore;
  }

  /** False if the turn is used up. */
  async #finish(turn: SweepTurn, pending: PendingTurn, end: PendingEnd): Promise<boolean> {
    const { ended, isFinished, fault } = await pending.finish(end).catch(failedBy);
    const member = pendingMember(end);
    this.#failed.delete(member);
    if (isFinished) turn.hasFinished(end, ended);
    if (fault === undefined) return isFinished;
    // It stays pending, and does not hold up the others.
    turn.failed(fault);
    if (this.#failed.size < FAILED_MAX) this.#failed.set(member, end);
    return true;
  }
}

function failedBy(reason: unknown): PendingFinished {
  const fault = asError(reason, 'an end cannot be finished');
  return { ended: 0, isFinished: false, fault };
}
