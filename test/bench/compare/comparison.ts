import { figures } from '../figures.ts';
import { markdownTable } from '../markdown-table.ts';
import { spreadOf } from '../rounds.ts';
import { medianInterval } from './median-interval.ts';
import type { MedianInterval } from './median-interval.ts';
import type { CheckCost, PairedRound } from './paired-rounds.ts';

/** Per cent by which the new version may cost more where the caller names no limit. */
const USUAL_WITHIN = 2;

/** New by old, round by round. */
export interface Ratio {
  readonly median: number;
  readonly interval: MedianInterval;
}

/** @throws {RangeError} where there are too few rounds for an interval */
export function ratioOf(rounds: readonly PairedRound[], what: keyof CheckCost): Ratio {
  const ratios = rounds.map((round) => round.new[what] / round.old[what]);
  const interval = medianInterval(ratios);
  if (interval === undefined) throw new RangeError(`${rounds.length} rounds are too few`);
  return { median: spreadOf(ratios).median, interval };
}

export interface Judgement {
  readonly isWithin: boolean;
  /** For the person who waits. */
  readonly sentence: string;
}

/**
 * Whether the new version is shown to cost at most so many per cent more, Curfew and Redis together.
 * Shown means that the whole interval lies below the limit, so a run that is too noisy shows nothing.
 */
export function judge(
  rounds: readonly PairedRound[],
  withinPercent: number = USUAL_WITHIN,
): Judgement {
  const { low, high } = ratioOf(rounds, 'sumUs').interval;
  const limit = 1 + withinPercent / 100;
  if (high <= limit) {
    const sentence = `within ${withinPercent} %: upper end of the interval is ${ratio(high)}`;
    return { isWithin: true, sentence };
  }
  const sentence =
    low > limit
      ? `more than ${withinPercent} % dearer: lower end of the interval is ${ratio(low)}`
      : `not shown to be within ${withinPercent} %: the interval is ${ratio(low)} to ${ratio(high)}; more rounds narrow it`;
  return { isWithin: false, sentence };
}

/** What the rounds came to, as Markdown. */
export function comparisonTable(rounds: readonly PairedRound[]): string {
  const rows = ROWS.map(([name, what]) => {
    const { median, interval } = ratioOf(rounds, what);
    return [
      name,
      figures(rounds.map((round) => round.new[what])),
      figures(rounds.map((round) => round.old[what])),
      ratio(median),
      `${ratio(interval.low)}–${ratio(interval.high)}`,
    ];
  });
  return markdownTable(
    ['CPU of a check', 'new, µs', 'old, µs', 'new / old', '95 % interval'],
    rows,
  );
}

const ROWS: readonly (readonly [string, keyof CheckCost])[] = [
  ['Curfew and Redis', 'sumUs'],
  ['Curfew alone', 'curfewUs'],
  ['Redis alone', 'redisUs'],
];

/** To a hundredth of a per cent: limits are given in whole ones. */
function ratio(value: number): string {
  return value.toFixed(4);
}
