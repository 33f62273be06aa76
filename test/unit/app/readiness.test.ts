import { expect } from 'chai';
import { CONDITIONS, Readiness } from '../../../src/app/readiness.ts';

describe('readiness', () => {
  it('needs every condition', () => {
    for (const missing of CONDITIONS) {
      const readiness = new Readiness(() => undefined);
      for (const condition of CONDITIONS) readiness.hold(condition);
      expect(readiness.report.ready).to.equal(true);
      readiness.fail(missing, 'because');
      expect(readiness.report.ready, missing).to.equal(false);
      expect(readiness.report.conditions[missing]).to.deep.equal({ holds: false, why: 'because' });
    }
  });

  it('says at the start what it waits for', () => {
    const { ready, conditions } = new Readiness(() => undefined).report;
    expect(ready).to.equal(false);
    expect(conditions.store).to.deep.equal({
      holds: false,
      why: 'the store has not answered since the start',
    });
  });

  it('tells of changes from ready to not ready and back, and of nothing else', () => {
    const told: boolean[] = [];
    const readiness = new Readiness(({ ready }) => told.push(ready));
    for (const condition of CONDITIONS) readiness.hold(condition);
    readiness.hold('store');
    readiness.fail('running', 'draining');
    readiness.fail('keys', 'other keys');
    expect(told).to.deep.equal([true, false]);
  });
});
