import type { SessionStore, TouchRequest } from '../../src/session/session-store.ts';
import type { TouchOutcome } from '../../src/session/touch-outcome.ts';

/** A touch as a promise. Being told twice, or thrown at, is a fault of the store and ends the run. */
export function touched(
  store: Pick<SessionStore, 'touch'>,
  request: TouchRequest,
  deadlineAtMs: number = Infinity,
): Promise<TouchOutcome> {
  return new Promise((resolve, reject) => {
    let isTold = false;
    const once = <Told>(tell: (told: Told) => void) => {
      return (told: Told): void => {
        if (isTold) throw new Error('a receiver was told twice');
        isTold = true;
        tell(told);
      };
    };
    store.touch(request, deadlineAtMs, { touched: once(resolve), failed: once(reject) });
  });
}
