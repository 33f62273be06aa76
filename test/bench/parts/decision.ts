import { figures } from '../figures.ts';
import { markdownTable } from '../markdown-table.ts';
import { canPin } from '../on-core.ts';
import type { Part } from '../part.ts';
import { runJson } from '../run-json.ts';

const SIZES = {
  quick: { rounds: 3, roundMs: 50 },
  full: { rounds: 9, roundMs: 1_000 },
} as const;

/** The decision alone: no store, no transport. */
export const decision: Part = {
  name: 'decision',
  title: 'The decision alone',
  isKept: true,
  run: async ({ size }) => {
    const { rounds, roundMs } = SIZES[size];
    const script = new URL('../decision/main.ts', import.meta.url);
    const micros = await runJson<Record<string, number[]>>('curfew', script, { rounds, roundMs });
    const rows = Object.entries(micros).map(([stage, us]) => [stage, figures(us)]);
    return `Goal: identity, policy and verdict together below 5 µs with 50 policies.

${markdownTable(['stage', 'µs'], rows)}

The request has 23 headers and matches the last of 50 policies, so all of them are tried. The sources
run directly${canPin ? ', on one core' : ''}. Median (min–max) of ${rounds} rounds of ${roundMs} ms,
all stages in turn, after two rounds of warm-up.`;
  },
};
