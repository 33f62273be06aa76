import type { PendingEnd } from '../../../session/session-directory.ts';
import type { SourceRule } from '../../../session/session-store.ts';
import { CALLER_TIME_MS, PendingTurn } from '../../subjects/finish-pending.ts';
import type { SubjectEndPorts } from '../../subjects/finish-subject-end.ts';
import { readPending } from '../directory/pending-ends.ts';
import type { StoreConnection } from '../connection/store-connection.ts';
import { isPoisonedKey } from '../store-fault.ts';
import type { PartitionWatch } from './partition-watch.ts';
import type { SweepTurn } from './sweep-turn.ts';

/** Pending ends that are fetched at a time from one partition. */
const ENDS_AT_ONCE = 8;

/** Finishes ends of subjects whose caller has died, or does not get on. */
export class SubjectPass {
  readonly #connection: StoreConnection;
  readonly #watch: PartitionWatch;
  readonly #ports: SubjectEndPorts;

  constructor(connection: StoreConnection, watch: PartitionWatch, ports: SubjectEndPorts) {
    this.#connection = connection;
    this.#watch = watch;
    this.#ports = ports;
  }

  /** True when more is pending than one turn may do. */
  async run(turn: SweepTurn, sources: ReadonlyMap<string, SourceRule>): Promise<boolean> {
    const untilMs = turn.nowMs - CALLER_TIME_MS;
    const pending = new PendingTurn(this.#ports, sources);
    let isMore = false;
    for (const each of this.#watch.partitions) {
      if ((each.state?.pendingAtMs ?? Infinity) > untilMs) continue;
      // oxlint-disable-next-line no-await-in-loop -- one after another, to leave room for checks
      const ends = await readPending(this.#connection, each.keys, untilMs, ENDS_AT_ONCE);
      each.isStale = true;
      isMore ||= ends.length === ENDS_AT_ONCE;
      for (const end of ends) {
        // oxlint-disable-next-line no-await-in-loop
        if (!(await this.#finish(turn, pending, end))) return true;
      }
    }
    return isMore;
  }

  /** False if the turn is used up. */
  async #finish(turn: SweepTurn, pending: PendingTurn, end: PendingEnd): Promise<boolean> {
    try {
      const { ended, isFinished } = await pending.finish(end);
      if (isFinished) turn.hasFinished(end, ended);
      return isFinished;
    } catch (fault) {
      // It stays pending, and does not hold up the others.
      if (!(fault instanceof Error && isPoisonedKey(fault))) throw fault;
      turn.fault ??= fault;
      return true;
    }
  }
}
