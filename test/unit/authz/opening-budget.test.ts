import { expect } from 'chai';
import { OpeningBudget } from '../../../src/authz/opening-budget.ts';

describe('opening budget', () => {
  const limit = { openingsPerSecond: 10, openingsBurst: 3 };

  it('gives the burst at once and then nothing', () => {
    const budget = new OpeningBudget(() => 0);
    expect(takes(budget, 4)).to.deep.equal([true, true, true, false]);
  });

  it('gives one more after exactly a tenth of a second, and not a millisecond earlier', () => {
    let nowMs = 0;
    const budget = new OpeningBudget(() => nowMs);
    takes(budget, 3);
    nowMs = 99;
    expect(budget.take(limit)).to.equal(false);
    nowMs = 100;
    expect(takes(budget, 2)).to.deep.equal([true, false]);
  });

  it('never saves up more than the burst', () => {
    let nowMs = 0;
    const budget = new OpeningBudget(() => nowMs);
    nowMs = 3_600_000;
    expect(takes(budget, 4)).to.deep.equal([true, true, true, false]);
  });

  it('applies a changed limit to the next opening', () => {
    const budget = new OpeningBudget(() => 0);
    takes(budget, 3);
    expect(budget.take({ openingsPerSecond: 10, openingsBurst: 4 })).to.equal(true);
    expect(budget.take({ openingsPerSecond: 10, openingsBurst: 2 })).to.equal(false);
  });

  function takes(budget: OpeningBudget, count: number): boolean[] {
    return Array.from({ length: count }, () => budget.take(limit));
  }
});
