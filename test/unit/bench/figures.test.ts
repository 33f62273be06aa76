import { expect } from 'chai';
import { figure, figures } from '../../bench/figures.ts';
import { markdownTable } from '../../bench/markdown-table.ts';
import { percentilesOf } from '../../bench/percentiles.ts';
import { sumOfMetric } from '../../bench/sum-of-metric.ts';
import { spreadOf } from '../../bench/rounds.ts';

describe('figures of a benchmark', () => {
  it('takes percentiles by nearest rank, whatever the order of the values', () => {
    const values = Array.from({ length: 1_000 }, (_, n) => ((n * 7) % 1_000) + 1);
    expect(percentilesOf(values)).to.deep.equal({
      count: 1_000,
      mean: 500.5,
      p50: 500,
      p99: 990,
      p999: 999,
      max: 1_000,
    });
  });

  it('takes the only value for every percentile', () => {
    const { count, ...rest } = percentilesOf([3]);
    expect(count).to.equal(1);
    expect(new Set(Object.values(rest))).to.deep.equal(new Set([3]));
  });

  it('sorts values as numbers', () => {
    expect(percentilesOf([9, 10, 100]).p50).to.equal(10);
    expect(spreadOf([9, 10, 100])).to.deep.equal({ min: 9, median: 10, max: 100 });
  });

  it('takes the median of an even number of rounds between the two in the middle', () => {
    expect(spreadOf([4, 1, 3, 2])).to.deep.equal({ min: 1, median: 2.5, max: 4 });
    expect(() => spreadOf([])).to.throw(RangeError);
  });

  const written: readonly (readonly [number, string])[] = [
    [0, '0'],
    [7, '7'],
    [0.01234, '0.0123'],
    [0.5, '0.500'],
    [4.567, '4.57'],
    [45.67, '45.7'],
    [456.7, '457'],
    [9_999.6, '10 000'],
    [1_234_567, '1 234 567'],
    [NaN, '–'],
  ];
  for (const [value, text] of written) {
    it(`writes ${value} as ${text}`, () => expect(figure(value)).to.equal(text));
  }

  it('writes several rounds with their extremes, and one round alone', () => {
    expect(figures([3.456, 1, 2.5])).to.equal('2.50 (1–3.46)');
    expect(figures([2.5])).to.equal('2.50');
  });

  it('writes what no round has told as a dash', () => {
    expect(figures([NaN, NaN])).to.equal('–');
  });

  it('sums the series of one metric that have all labels', () => {
    const text = [
      '# HELP checks_total x',
      'checks_total{verdict="allow",reason="ok",policy="a"} 3',
      'checks_total{verdict="allow",reason="ok",policy="b"} 4',
      'checks_total{verdict="deny",reason="ok",policy="b"} 5',
      'checks_total_more{verdict="allow"} 100',
      'plain 7',
    ].join('\n');
    expect(sumOfMetric(text, 'checks_total')).to.equal(12);
    expect(sumOfMetric(text, 'checks_total', { verdict: 'allow', reason: 'ok' })).to.equal(7);
    expect(sumOfMetric(text, 'plain')).to.equal(7);
    expect(sumOfMetric(text, 'none')).to.equal(0);
  });

  it('makes a table whose cells cannot break it', () => {
    expect(markdownTable(['what', 'ms'], [['a|b', '1']])).to.equal(
      '| what | ms |\n| --- | ---: |\n| a\\|b | 1 |',
    );
  });
});
