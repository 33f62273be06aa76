import { expect } from 'chai';
import * as fc from 'fast-check';
import { usedAfter } from '../../../src/timing/token-bucket.ts';

describe('usedAfter', () => {
  it('gives back the tokens that the time is worth, in fractions too', () => {
    expect(usedAfter(5, 1000, 2)).to.equal(3);
    expect(usedAfter(5, 250, 2)).to.equal(4.5);
  });

  it('is full again at exactly the time that the used tokens take, and never more than full', () => {
    expect(usedAfter(3, 299, 10)).to.be.above(0);
    expect(usedAfter(3, 300, 10)).to.equal(0);
    expect(usedAfter(3, 3_600_000, 10)).to.equal(0);
  });

  it('gives nothing back where no time has passed, and nothing for a clock that went backwards', () => {
    expect(usedAfter(3, 0, 10)).to.equal(3);
    expect(usedAfter(3, -1_000_000, 10)).to.equal(3);
  });

  it('comes to the same in many small steps and in one', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), steps, (used, elapsed) => {
        const stepwise = elapsed.reduce((left, ms) => usedAfter(left, ms, 7), used);
        const total = elapsed.reduce((sum, ms) => sum + ms, 0);
        expect(stepwise).to.be.closeTo(usedAfter(used, total, 7), 1e-6);
      }),
    );
  });
});
