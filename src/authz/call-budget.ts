import { StoreUnavailable } from '../session/session-store.ts';

/** Time reserved for building and sending the answer after the store's reply. */
export const ANSWER_MARGIN_MS = 10;

/**
 * A clock that only measures durations: it never jumps, and is not related to the time of sessions.
 */
export type MonotonicClock = () => number;

/** The instant (of the monotonic clock) from which this check may use no answer of the store. */
export function decisionDeadlineAtMs(
  nowMs: number,
  callBudgetMs: number | undefined,
  decisionBudgetMs: number,
): number {
  return nowMs + Math.min(callBudgetMs ?? Infinity, decisionBudgetMs) - ANSWER_MARGIN_MS;
}

/**
 * The answer of `work` if it comes before the deadline.
 *
 * When the answer is there, the clock is read again: after a stall of the event loop the timer may
 * not have fired yet, and a late reply must never become an allow.
 * @param late makes the fault of an answer that came too late
 * @throws what `late` makes, from the deadline on; a later answer of `work` is dropped.
 */
export function withinDeadline<T>(
  work: Promise<T>,
  deadlineAtMs: number,
  clock: MonotonicClock,
  late: () => Error = lateAnswer,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(
      () => {
        reject(late());
      },
      Math.max(0, deadlineAtMs - clock()),
    );
    work.then(
      (answer) => {
        clearTimeout(timer);
        if (clock() >= deadlineAtMs) reject(late());
        else resolve(answer);
      },
      (fault: unknown) => {
        clearTimeout(timer);
        reject(
          fault instanceof Error ? fault : new Error('a promise was rejected without an error'),
        );
      },
    );
  });
}

/** The fault of an answer that came too late to be used. */
export function lateAnswer(): StoreUnavailable {
  return new StoreUnavailable('late', 'no answer within the decision budget');
}
