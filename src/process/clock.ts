// Imported wherever a check reads the clock: the global one is looked up through a getter each time.
import { performance } from 'node:perf_hooks';

/**
 * Milliseconds on a clock that only moves forward. It measures how long something takes and says
 * nothing about when a session began or ends.
 */
export function monotonicMs(): number {
  return performance.now();
}
