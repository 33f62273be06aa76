import type { PendingEnd } from '../../session/session-directory.ts';
import type { SourceRule } from '../../session/session-store.ts';
import { finishSubjectEnd } from './finish-subject-end.ts';
import type { SubjectEndPorts } from './finish-subject-end.ts';

/** So long an end of a subject belongs to the call that began it. Later any sweeper finishes it. */
export const CALLER_TIME_MS = 1_000;
/** Pages of sessions that one turn of the sweeper ends, of all subjects together. */
const PAGES_MAX = 5;
const RETENTION_MIN_MS = 86_400_000;

/** An end of a subject that the sweeper has taken on. */
export interface PendingFinished {
  /** Sessions that it ended. */
  readonly ended: number;
  /** False if the turn was too short, or `fault` says why. */
  readonly isFinished: boolean;
  readonly fault?: Error;
}

/** Finishes ends of subjects in one turn of the sweeper, which is bounded. */
export class PendingTurn {
  readonly #ports: SubjectEndPorts;
  readonly #retentionMs: number;
  #pages = 0;

  constructor(ports: SubjectEndPorts, sources: ReadonlyMap<string, SourceRule>) {
    const retentionsMs = [...sources.values()].map(({ retentionMs }) => retentionMs);
    this.#ports = ports;
    // Of a session that has not opened yet, the source is not known.
    this.#retentionMs = Math.max(RETENTION_MIN_MS, ...retentionsMs);
  }

  /** @throws {StoreUnavailable} The end stays pending. */
  async finish(pending: PendingEnd): Promise<PendingFinished> {
    return finishSubjectEnd(this.#ports, pending, {
      retentionMs: this.#retentionMs,
      skipsNewer: true,
      mayGoOn: () => (this.#pages += 1) <= PAGES_MAX,
    });
  }
}
