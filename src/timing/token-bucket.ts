/**
 * How much of a token bucket is still used after some time. A bucket starts full (0 used), taking
 * tokens adds to what is used, and time takes it off again, never below 0. The count goes upwards
 * so that a burst which is raised later is available at once.
 *
 * @param used tokens taken and not refilled yet, as of the last call
 * @param elapsedMs since the last call; a clock that went backwards refills nothing
 * @param perSecond tokens that come back in a second
 */
export function usedAfter(used: number, elapsedMs: number, perSecond: number): number {
  return Math.max(0, used - (Math.max(0, elapsedMs) / 1000) * perSecond);
}
