import { monotonicMs } from '../process/clock.ts';
import type { OpenedStore } from '../store/opened-store.ts';
import { SweepLoop } from '../store/sweep/sweep-loop.ts';
import type { FollowedPolicies } from './follow-policies.ts';
import type { Shell } from './shell.ts';

/** Starts to end abandoned sessions in the background. */
export function startSweeper(
  opened: OpenedStore,
  policies: FollowedPolicies,
  { lifecycle, telemetry }: Shell,
): void {
  const loop = new SweepLoop({
    sweeper: opened.sweeper,
    sources: () => policies.current.policies.sourceRules,
    observer: telemetry.sweeps,
    timers: {
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
      nowMs: monotonicMs,
      random: Math.random,
    },
  });
  loop.start();
  lifecycle.opened('sweeper', () => loop.stop());
}
