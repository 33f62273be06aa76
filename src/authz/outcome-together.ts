import type { SessionClocks } from '../session/deadlines.ts';
import { tightened } from '../session/own-limits.ts';
import type { LiveOutcome, TouchOutcome } from '../session/touch-outcome.ts';

/**
 * One outcome for several sessions of one request. If any is live, the live ones decide: the clocks
 * leave the least time that any of them has, so that remaining times and stream cuts are right
 * whichever the application chooses. Otherwise it is that of the session which was active last.
 * @param outcomes at least one
 */
export function outcomeTogether(outcomes: readonly TouchOutcome[]): TouchOutcome {
  const live = outcomes.filter((outcome) => outcome.kind === 'live');
  const latest = latestOf((live.length > 0 ? live : outcomes).map((outcome) => ({ outcome })));
  if (latest.outcome.kind !== 'live') return latest.outcome;
  return {
    ...latest.outcome,
    clocks: leastClocks(live),
    opened: live.some(({ opened }) => opened),
  };
}

/** The one whose session was active last. An unknown session never was. */
export function latestOf<Judged extends { readonly outcome: TouchOutcome }>(
  judged: readonly Judged[],
): Judged {
  return judged.reduce((latest, next) =>
    lastActiveAtMs(next.outcome) > lastActiveAtMs(latest.outcome) ? next : latest,
  );
}

function lastActiveAtMs(outcome: TouchOutcome): number {
  switch (outcome.kind) {
    case 'live':
    case 'expired':
      return outcome.clocks.lastActivityAtMs;
    case 'ended':
      return outcome.endedAtMs;
    case 'unknown':
      return -Infinity;
    default:
      return outcome satisfies never;
  }
}

function leastClocks(outcomes: readonly LiveOutcome[]): SessionClocks {
  const clocks = outcomes.map((outcome) => outcome.clocks);
  return {
    nowMs: Math.max(...clocks.map(({ nowMs }) => nowMs)),
    startedAtMs: Math.min(...clocks.map(({ startedAtMs }) => startedAtMs)),
    lastActivityAtMs: Math.min(...clocks.map(({ lastActivityAtMs }) => lastActivityAtMs)),
    longestGapMs: Math.max(...clocks.map(({ longestGapMs }) => longestGapMs)),
    ...leastOwnLimits(clocks),
  };
}

function leastOwnLimits(clocks: readonly SessionClocks[]): Pick<SessionClocks, 'ownLimits'> {
  const own = clocks.flatMap(({ ownLimits }) => ownLimits ?? []);
  const [first, ...rest] = own;
  if (first === undefined) return {};
  return { ownLimits: rest.reduce(tightened, first) };
}
