import { expect } from 'chai';
import { medianInterval, VALUES_MAX } from '../../bench/compare/median-interval.ts';

/** 1 to `count`, so that each value is its rank; in no order. */
function ranks(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n + 1).toSorted((a, b) => (a % 7) - (b % 7));
}

describe('interval of a median', () => {
  // Number of values, rank, confidence: sums of binomial coefficients, worked out with exact fractions.
  const known: readonly (readonly [number, number, number])[] = [
    [6, 1, 0.96875],
    [8, 1, 0.9921875],
    [9, 2, 0.9609375],
    [11, 2, 0.98828125],
    [12, 3, 0.96142578125],
    [15, 4, 0.96484375],
    [17, 5, 0.950958251953125],
    [20, 6, 0.9586105346679688],
    [25, 8, 0.9567147493362427],
    [100, 40, 0.9647997997822951],
    [1_000, 469, 0.9537088026395019],
  ];
  for (const [count, rank, confidence] of known) {
    it(`of ${count} values leaves out the ${rank - 1} at each end`, () => {
      const interval = medianInterval(ranks(count));
      expect(interval).to.include({ low: rank, high: count + 1 - rank, rank });
      expect(interval?.confidence).to.be.closeTo(confidence, 1e-9);
    });
  }

  it('is not known with fewer than six values', () => {
    for (let count = 0; count < 6; count += 1)
      expect(medianInterval(ranks(count))).to.equal(undefined);
  });

  it('sorts values as numbers', () => {
    expect(medianInterval([100, 9, 10, 11, 12, 13])).to.include({ low: 9, high: 100 });
  });

  it('does not move with the size of an outlier', () => {
    const values = ranks(17);
    const wild = values.map((value) => (value === 17 ? 1e9 : value));
    expect(medianInterval(wild)).to.deep.equal(medianInterval(values));
  });

  it('refuses what is not a number, and more values than it can reckon with', () => {
    expect(() => medianInterval([1, 2, 3, 4, 5, NaN])).to.throw(RangeError);
    expect(() => medianInterval(ranks(VALUES_MAX + 1))).to.throw(RangeError);
  });

  it('holds the true median as often as it says, also of a skewed distribution', () => {
    const runs = 4_000;
    const random = seededRandom(20_261_129);
    let held = 0;
    for (let run = 0; run < runs; run += 1) {
      const values = Array.from({ length: 17 }, () => -Math.log(1 - random()));
      const { low, high } = medianInterval(values) ?? { low: NaN, high: NaN };
      if (low <= Math.LN2 && Math.LN2 <= high) held += 1;
    }
    expect(held / runs).to.be.closeTo(0.951, 0.01);
  });
});

/** Numbers from 0 to 1, the same ones each time (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
