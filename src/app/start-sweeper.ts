import type { OpenedStore } from '../store/opened-store.ts';
import { SweepLoop } from '../store/sweep-loop.ts';
import type { FollowedPolicies } from './follow-policies.ts';
import { errorFields } from './log.ts';
import { monotonicMs } from './shell.ts';
import type { Shell } from './shell.ts';

/** Starts to end abandoned sessions in the background. */
export function startSweeper(
  opened: OpenedStore,
  policies: FollowedPolicies,
  { log, metrics, lifecycle }: Shell,
): void {
  let isFailing = false;
  const loop = new SweepLoop({
    store: opened.store,
    sources: () => policies.current().policies.sourceRules,
    observer: {
      swept: ({ ended, examined }) => {
        if (isFailing) log.info({ event: 'sweep_recovered' }, 'the sweeper works again');
        isFailing = false;
        const count = ended.idle + ended.absolute;
        if (count === 0) return;
        metrics.sessions.ended('idle', ended.idle);
        metrics.sessions.ended('absolute', ended.absolute);
        log.info(
          {
            event: 'sessions_swept',
            idle_timeout: ended.idle,
            absolute_timeout: ended.absolute,
            examined,
          },
          `${count} abandoned sessions ended`,
        );
      },
      sweepFailed: (fault) => {
        metrics.store.sweepFailed();
        if (!isFailing)
          log.warn(
            { event: 'sweep_failed', ...errorFields(fault) },
            'a sweep failed; more will follow',
          );
        isFailing = true;
      },
    },
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
