import { expect } from 'chai';
import { comparisonTable, judge, ratioOf } from '../../bench/compare/comparison.ts';
import { pairedRound, turnsOf } from '../../bench/compare/paired-rounds.ts';
import type { CheckCost, PairedRound, Turn, Version } from '../../bench/compare/paired-rounds.ts';

describe('paired rounds', () => {
  it('give each version four turns in an order that mirrors itself, and the first in turn', () => {
    const oldFirst = ['old', 'new', 'new', 'old'];
    const newFirst = ['new', 'old', 'old', 'new'];
    expect(turnsOf(1)).to.deep.equal([...oldFirst, ...newFirst]);
    expect(turnsOf(2)).to.deep.equal([...newFirst, ...oldFirst]);
    expect(turnsOf(3)).to.deep.equal(turnsOf(1));
  });

  it('take one turn after the other', async () => {
    const log: string[] = [];
    await pairedRound(2, async (version) => {
      log.push(`${version} begins`);
      await Promise.resolve();
      log.push(`${version} ends`);
      return turn(1, 1, 1);
    });
    const order = turnsOf(2).flatMap((name) => [`${name} begins`, `${name} ends`]);
    expect(log).to.deep.equal(order);
  });

  it('divide all CPU time of a version by all its checks', async () => {
    const turns: Record<Version, Turn[]> = {
      new: [turn(1_000, 20, 10), turn(3_000, 30, 20), turn(2_000, 0, 10), turn(2_000, 50, 0)],
      old: [turn(500, 20, 5), turn(500, 30, 5), turn(500, 10, 0), turn(500, 20, 10)],
    };
    const costs = await pairedRound(1, (version) =>
      Promise.resolve(turns[version].shift() as Turn),
    );
    expect(costs).to.deep.equal({
      new: { sumUs: 17.5, curfewUs: 12.5, redisUs: 5 },
      old: { sumUs: 50, curfewUs: 40, redisUs: 10 },
    });
  });

  for (const [how, power] of [
    ['step by step', 1],
    ['faster and faster', 2],
  ] as const) {
    it(`find no difference where only the machine gets slower, ${how}`, async () => {
      let turns = 0;
      const rounds: PairedRound[] = [];
      for (let round = 1; round <= 12; round += 1) {
        // oxlint-disable-next-line no-await-in-loop -- rounds come one after the other
        const costs = await pairedRound(round, () => {
          turns += 1;
          return Promise.resolve(turn(1_000, 20 + turns ** power, 10 + turns ** power));
        });
        rounds.push(costs);
      }
      expect(ratioOf(rounds, 'sumUs').median).to.equal(1);
      expect(ratioOf(rounds, 'sumUs').interval).to.include({ low: 1, high: 1 });
    });
  }
});

describe('comparison of two versions', () => {
  const ratios = [1.001, 0.98, 1.013, 1.05, 0.99, 0.999, 1.002, 1.003, 0.95, 1.004, 1.005];

  it('is the median of the ratios of each round, with its interval', () => {
    const { median, interval } = ratioOf(
      ratios.map((ratio) => roundWith(ratio, 20)),
      'sumUs',
    );
    expect(median).to.be.closeTo(1.002, 1e-12);
    expect(interval.low).to.be.closeTo(0.98, 1e-12);
    expect(interval.high).to.be.closeTo(1.013, 1e-12);
  });

  it('pairs each round with itself, however the rounds differ', () => {
    const rounds = ratios.map((ratio, place) => roundWith(ratio, (place + 1) * 100));
    expect(ratioOf(rounds, 'sumUs').median).to.be.closeTo(1.002, 1e-12);
  });

  it('cannot be made of five rounds', () => {
    expect(() => ratioOf(ratios.slice(0, 5).map(exactRoundWith), 'sumUs')).to.throw(RangeError);
  });

  const judged: readonly (readonly [string, number | undefined, boolean, string])[] = [
    ['2 % where none is named', undefined, true, 'within 2 %: upper end of the interval is 1.0130'],
    ['1.3 %, to the last digit', 1.3, true, 'within 1.3 %: upper end of the interval is 1.0130'],
    [
      '1 %, above which the upper end lies',
      1,
      false,
      'not shown to be within 1 %: the interval is 0.9800 to 1.0130; more rounds narrow it',
    ],
  ];
  for (const [what, within, isWithin, sentence] of judged) {
    it(`judges by ${what}`, () => {
      expect(judge(ratios.map(exactRoundWith), within)).to.deep.equal({ isWithin, sentence });
    });
  }

  it('says so where the new version is dearer beyond doubt', () => {
    const rounds = ratios.map((ratio) => exactRoundWith(ratio + 0.1));
    expect(judge(rounds, 2)).to.deep.equal({
      isWithin: false,
      sentence: 'more than 2 % dearer: lower end of the interval is 1.0800',
    });
  });

  it('judges by Curfew and Redis together', () => {
    const cheap = { sumUs: 100, curfewUs: 200, redisUs: 200 };
    const old = { sumUs: 100, curfewUs: 100, redisUs: 100 };
    expect(judge(Array.from({ length: 11 }, () => ({ new: cheap, old }))).isWithin).to.equal(true);
  });

  it('shows both together and each alone', () => {
    const rounds = Array.from({ length: 11 }, () => ({
      new: { sumUs: 22, curfewUs: 10, redisUs: 12 },
      old: { sumUs: 20, curfewUs: 10, redisUs: 10 },
    }));
    expect(comparisonTable(rounds).split('\n').slice(2)).to.deep.equal([
      '| Curfew and Redis | 22 (22–22) | 20 (20–20) | 1.1000 | 1.1000–1.1000 |',
      '| Curfew alone | 10 (10–10) | 10 (10–10) | 1.0000 | 1.0000–1.0000 |',
      '| Redis alone | 12 (12–12) | 10 (10–10) | 1.2000 | 1.2000–1.2000 |',
    ]);
  });
});

function turn(checks: number, curfewMs: number, redisMs: number): Turn {
  return { checks, curfewMs, redisMs };
}

function roundWith(ratio: number, oldUs: number): PairedRound {
  return { new: costOf(ratio * oldUs), old: costOf(oldUs) };
}

/** Its ratio is the very number. */
function exactRoundWith(ratio: number): PairedRound {
  return roundWith(ratio, 1);
}

function costOf(sumUs: number): CheckCost {
  return { sumUs, curfewUs: NaN, redisUs: NaN };
}
