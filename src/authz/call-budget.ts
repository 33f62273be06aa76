import { StoreUnavailable } from '../session/session-store.ts';

/** Time kept back for building and sending the answer after the store's reply. */
export const ANSWER_MARGIN_MS = 10;

/** A clock that only measures distances: never stepped, unrelated to any session's time. */
export type MonotonicClock = () => number;

/** The instant (of the monotonic clock) from which on no answer of the store may be used for this check. */
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
 * The clock is read again when the answer is there: after a stall of the event loop the timer may not have fired yet,
 * and a late reply must never become an allow.
 * @throws {StoreUnavailable} (`late`) from the deadline on; what `work` answers then is dropped.
 */
export function withinDeadline<T>(
  work: Promise<T>,
  deadlineAtMs: number,
  clock: MonotonicClock,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(
      () => {
        reject(lateAnswer());
      },
      Math.max(0, deadlineAtMs - clock()),
    );
    work.then(
      (answer) => {
        clearTimeout(timer);
        if (clock() >= deadlineAtMs) reject(lateAnswer());
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

/** An answer of the store that came when it was of no use any more. */
export function lateAnswer(): StoreUnavailable {
  return new StoreUnavailable('late', 'no answer within the decision budget');
}
