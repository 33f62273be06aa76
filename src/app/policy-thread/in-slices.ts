import { monotonicMs } from '../../process/clock.ts';

/** Far below the time that a check may wait. A step that is under way is not interrupted. */
const SLICE_MS = 0.5;
/** Long enough for the checks that came during a slice, and for the garbage of it. */
const PAUSE_MS = 2;

/** Work that may be interrupted after each step. */
type InterruptibleWork<Result> = Iterator<undefined, Result, undefined>;

/**
 * Does long work a little at a time. In between, everything else that waits has its turn.
 * @throws the reason of `signal` once that is aborted
 */
export async function inSlices<Result>(
  work: InterruptibleWork<Result>,
  signal: AbortSignal,
): Promise<Result> {
  for (;;) {
    signal.throwIfAborted();
    const endsAtMs = monotonicMs() + SLICE_MS;
    do {
      const step = work.next();
      if (step.done === true) return step.value;
    } while (monotonicMs() < endsAtMs);
    // oxlint-disable-next-line no-await-in-loop -- this is the pause
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
