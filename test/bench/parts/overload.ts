import { farAway, MANY_IN_FLIGHT } from '../overload/far-away.ts';
import { IN_FLIGHT, tooMany } from '../overload/too-many.ts';
import type { Part } from '../part.ts';

const SIZES = {
  quick: { rounds: 1, firstWarmUpMs: 1_000, times: { warmUpMs: 500, measuredMs: 1_000 } },
  full: { rounds: 5, firstWarmUpMs: 10_000, times: { warmUpMs: 2_000, measuredMs: 10_000 } },
} as const;

/** What Curfew still does when it is asked for more than it can, or its store is far away. */
export const overload: Part = {
  name: 'overload',
  title: 'More checks than it can answer, and a store far away',
  isKept: true,
  run: async (options) => {
    const size = { ...SIZES[options.size], program: options.program, say: options.say };
    const rates = await tooMany(size);
    const distances = await farAway(size);
    const { rounds, times } = size;
    return `Goal: allows a second, with two or five times as many checks as Curfew can answer, at least 80 % of the most;
their p99 at most the budget of 150 ms; refusals within 10 ms at the 99th percentile. With the store 50 ms away at
least 80 % of what the same store does without the delay.

${rates}

The most is a closed loop with ${IN_FLIGHT} in flight. The other rows are open loops: so many times that rate, and half of it
directly after the last of them. Latency counts from the instant that a check was due. No answer was a deny.

${distances}

A closed loop with ${MANY_IN_FLIGHT} in flight, of 512 that are let in. All three stores are behind the same proxy, which delays each reply.

Median (min–max) of ${rounds} rounds of ${times.measuredMs / 1_000} s after ${times.warmUpMs / 1_000} s of warm-up.`;
  },
};
