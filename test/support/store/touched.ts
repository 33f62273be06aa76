import type { SessionStore, TouchRequest } from '../../../src/session/session-store.ts';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';

/** A touch as a promise. A second answer, or a throw, is a bug of the store and ends the run. */
export function touched(
  store: Pick<SessionStore, 'touch'>,
  request: TouchRequest,
  deadlineAtMs: number = Infinity,
): Promise<TouchOutcome> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const once = <Answer>(settle: (answer: Answer) => void) => {
      return (answer: Answer): void => {
        if (isAnswered) throw new Error('a receiver was called twice');
        isAnswered = true;
        settle(answer);
      };
    };
    store.touch(request, deadlineAtMs, { touched: once(resolve), failed: once(reject) });
  });
}
