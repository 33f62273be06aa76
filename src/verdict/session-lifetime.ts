import type { SessionClocks } from '../session/deadlines.ts';
import type { Timeouts } from '../terms/timeouts.ts';
import { absoluteRemainingMs, idleRemainingMs } from '../session/deadlines.ts';

/** Whole seconds that certainly remain until each deadline. `undefined`: that timeout is off. */
export interface RemainingSeconds {
  readonly idle: number | undefined;
  readonly absolute: number | undefined;
}

/** Rounded down, so that a client which relies on it is never late. */
export function remainingSeconds(clocks: SessionClocks, timeouts: Timeouts): RemainingSeconds {
  return {
    idle: wholeSeconds(idleRemainingMs(clocks, timeouts)),
    absolute: wholeSeconds(absoluteRemainingMs(clocks, timeouts)),
  };
}

/**
 * The value of `session-lifetime`, a dictionary of RFC 9651 such as `idle=540, absolute=27000`. A
 * timeout that is off is left out. `undefined`: both are off.
 */
export function sessionLifetime(remaining: RemainingSeconds): string | undefined {
  const { idle, absolute } = remaining;
  if (idle === undefined) return absolute === undefined ? undefined : `absolute=${absolute}`;
  return absolute === undefined ? `idle=${idle}` : `idle=${idle}, absolute=${absolute}`;
}

function wholeSeconds(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : Math.floor(durationMs / 1000);
}
