/** A confidence interval for the median of the distribution that some values were drawn from. */
export interface MedianInterval {
  readonly low: number;
  readonly high: number;
  /** `low` is the value of this rank from below, `high` the one of the same rank from above. */
  readonly rank: number;
  /** How often such an interval holds the median: at least 0.95, exactly for continuous values. */
  readonly confidence: number;
}

const CONFIDENCE_MIN = 0.95;
/** Above this many values 2 to the power of minus their number is no longer an exact double. */
export const VALUES_MAX = 1_000;

/**
 * The exact order-statistic interval of at least 95 %: of n independent values, the number that lies
 * below the median is binomial with n and one half. So the interval from the k-th smallest value to
 * the k-th largest misses the median with a probability of 2 P(X < k). The largest k that keeps this
 * within 5 % is taken. It assumes nothing about the shape of the distribution, draws no random
 * numbers, and is conservative for few values (98.8 % for 11). Undefined for fewer than six values:
 * even their extremes hold the median less often than in 95 of 100 cases.
 *
 * Source: W. J. Conover, Practical Nonparametric Statistics, section 3.2.
 * @throws {RangeError} with more than `VALUES_MAX` values, or with one that is not a finite number
 */
export function medianInterval(values: readonly number[]): MedianInterval | undefined {
  const count = values.length;
  if (count > VALUES_MAX) throw new RangeError(`more than ${VALUES_MAX} values`);
  if (!values.every(Number.isFinite)) throw new RangeError('a value is not a finite number');
  let rank = 0;
  let missed = 0; // 2 P(X < rank)
  for (let oneSide = 0.5 ** count; missed + 2 * oneSide <= 1 - CONFIDENCE_MIN;) {
    missed += 2 * oneSide;
    rank += 1;
    oneSide *= (count - rank + 1) / rank; // P(X = rank)
  }
  const sorted = values.toSorted((one, other) => one - other);
  const [low, high] = [sorted[rank - 1], sorted[count - rank]];
  if (low === undefined || high === undefined) return undefined;
  return { low, high, rank, confidence: 1 - missed };
}
