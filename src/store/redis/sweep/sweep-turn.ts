import { asError } from '../../as-error.ts';
import type { PendingEnd } from '../../../session/session-directory.ts';
import type { SessionKey } from '../../../session/session-key.ts';
import type { SubjectKey } from '../../../session/subject-key.ts';
import type { StoreObserver } from '../../store-observer.ts';
import type { FinishedSubject } from '../../sweep/sweeper.ts';

/** How the sweeper ended a session. */
export interface SweptEnd {
  readonly source: string;
  readonly by: 'idle' | 'absolute';
  /** The policy whose limit was reached last. */
  readonly policy: string | undefined;
  readonly subject: SubjectKey | undefined;
}

export interface SweepTurnOptions {
  /** The store's clock at the beginning of the turn. */
  readonly nowMs: number;
  readonly examinedMax: number;
  /** Whether the rules with which it began still hold. */
  readonly isCurrent: () => boolean;
}

/** One bounded turn of the sweeper: its budget, and what it has done so far. */
export class SweepTurn {
  readonly nowMs: number;
  readonly isCurrent: () => boolean;
  readonly ended: Record<'idle' | 'absolute', number> = { idle: 0, absolute: 0 };
  /** Sessions that were examined. */
  examined = 0;
  /** Ends of subjects that were finished. */
  readonly finished: FinishedSubject[] = [];
  /** A fault that does not keep the turn from going on. */
  fault: Error | undefined;
  readonly #leaving = new Map<SubjectKey, SessionKey[]>();
  readonly #examinedMax: number;
  readonly #observer: StoreObserver;

  constructor({ nowMs, examinedMax, isCurrent }: SweepTurnOptions, observer: StoreObserver) {
    this.nowMs = nowMs;
    this.isCurrent = isCurrent;
    this.#examinedMax = examinedMax;
    this.#observer = observer;
  }

  /** How many more sessions this turn may examine: none once other rules hold. */
  get budget(): number {
    return this.isCurrent() ? Math.max(0, this.#examinedMax - this.examined) : 0;
  }

  /** Sessions that this turn has ended, and that are to leave the indexes of their subjects. */
  get leaving(): ReadonlyMap<SubjectKey, readonly SessionKey[]> {
    return this.#leaving;
  }

  /** This turn has ended a session. */
  hasEnded(session: SessionKey, end: SweptEnd): void {
    this.ended[end.by] += 1;
    this.#observer.wrote?.({ kind: 'ended', session, ...end }, undefined);
    if (end.subject === undefined) return;
    const keys = this.#leaving.get(end.subject) ?? [];
    keys.push(session);
    this.#leaving.set(end.subject, keys);
  }

  /** A part of the turn has failed. The others go on. */
  failed(fault: unknown): void {
    this.fault ??= asError(fault, 'a part of the turn failed');
  }

  /** This turn has finished an end of a subject. */
  hasFinished({ subject, by }: PendingEnd, ended: number): void {
    this.finished.push({ subject, by, ended });
  }
}
