import type { Interval } from './interval.ts';
import type { JudgingPolicy } from './possible-outcomes.ts';
import type { EndReason, Entry, FaultWindow, PolicyFile, Recording } from './recording.ts';

/** How long after a fault, or without one, a command may still run that was not answered. */
const LATE_MAX_MS = 1_000;

/** A question, with what the recording says about when it may have been decided, and by what. */
export interface TimedEntry {
  readonly entry: Entry;
  /** What the store's clock may have read between question and answer. */
  readonly at: Interval;
  /** Until when it may take effect. */
  readonly mayRunUntilMs: number;
  /** The policies that may judge a check: several while the policy file changes. */
  readonly judging: readonly JudgingPolicy[];
  /** The reasons that the end may get which it asks for. */
  readonly endingBy: readonly EndReason[];
}

/** When things may have happened in a recording. */
export class RecordedTimes {
  readonly #recording: Recording;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  get files(): readonly PolicyFile[] {
    return this.#recording.files;
  }

  of(entry: Entry): TimedEntry {
    const at = this.#decisionOf(entry);
    const isAnswered = entry.answer.kind !== 'none';
    const mayRunUntilMs = isAnswered ? at.hi : this.#mayRunUntil(entry);
    return {
      entry,
      at,
      mayRunUntilMs,
      judging: this.#judging(entry),
      endingBy: this.#endingBy(entry),
    };
  }

  /** The faults between two instants that may have lost writes. */
  losses(
    sinceMs: number,
    untilMs: number,
  ): readonly (FaultWindow & { readonly mayLoseSinceMs: number })[] {
    return this.#recording.faults.flatMap((fault) =>
      fault.mayLoseSinceMs !== undefined && fault.fromMs <= untilMs && fault.untilMs >= sinceMs
        ? [{ ...fault, mayLoseSinceMs: fault.mayLoseSinceMs }]
        : [],
    );
  }

  /** Whether a fault was there at a time between question and answer, or shortly before. */
  isNearFault({ sentAtMs, answeredAtMs }: Entry, afterMs: number): boolean {
    return this.#recording.faults.some(
      ({ fromMs, untilMs }) => fromMs <= answeredAtMs && untilMs + afterMs >= sentAtMs,
    );
  }

  #decisionOf({ sentAtMs, answeredAtMs }: Entry): Interval {
    const { stepMs, roundingMs } = this.#recording.clock;
    const step = (instantMs: number): number => Math.floor(instantMs / stepMs) * stepMs;
    return { lo: step(sentAtMs - roundingMs), hi: step(answeredAtMs + roundingMs) };
  }

  /**
   * Until when a question without an answer may take effect. A frozen or cut-off store runs what it
   * has received when it is back. An end that was asked for is noted by Curfew, and may be made
   * again for a quarter of an hour.
   */
  #mayRunUntil(entry: Entry): number {
    if (entry.question.kind !== 'check') return Infinity;
    const during = this.#recording.faults.filter(
      ({ fromMs, untilMs }) => fromMs <= entry.answeredAtMs && untilMs >= entry.sentAtMs,
    );
    const lastMs = Math.max(entry.answeredAtMs, ...during.map(({ untilMs }) => untilMs));
    return this.#decisionOf({ ...entry, answeredAtMs: lastMs + LATE_MAX_MS }).hi;
  }

  #endingBy({ question, sentAtMs, answeredAtMs }: Entry): readonly EndReason[] {
    if (question.kind === 'check') return [];
    if (question.kind === 'revoke') return ['revoked'];
    const mayBePlain = this.#recording.faults.some(
      ({ fromMs, plainReasonsUntilMs = fromMs - 1 }) =>
        fromMs <= answeredAtMs && plainReasonsUntilMs >= sentAtMs,
    );
    return mayBePlain ? ['signed_out', 'revoked'] : ['signed_out'];
  }

  #judging({ question, sentAtMs, answeredAtMs }: Entry): readonly JudgingPolicy[] {
    if (question.kind !== 'check') return [];
    return this.files
      .filter(({ fromMs, untilMs }) => fromMs <= answeredAtMs && untilMs >= sentAtMs)
      .map(({ policies, touchIntervalMs }) => {
        const policy = policies[question.policy];
        if (policy === undefined) throw new Error(`the recording has no policy ${question.policy}`);
        return { policy, touchIntervalMs };
      });
  }
}
