import { expect } from 'chai';
import { CONDITIONS, Readiness } from '../../../src/process/readiness.ts';

describe('readiness', () => {
  it('needs every condition', () => {
    for (const missing of CONDITIONS) {
      const readiness = new Readiness(() => undefined);
      for (const condition of CONDITIONS) readiness.met(condition);
      expect(readiness.report.ready).to.equal(true);
      readiness.unmet(missing, 'because');
      expect(readiness.report.ready, missing).to.equal(false);
      expect(readiness.report.conditions[missing]).to.deep.equal({ isMet: false, why: 'because' });
    }
  });

  it('says at the start what it is waiting for', () => {
    const { ready, conditions } = new Readiness(() => undefined).report;
    expect(ready).to.equal(false);
    expect(conditions.store).to.deep.equal({
      isMet: false,
      why: 'the store has not answered since the start',
    });
  });

  it('reports changes from ready to not ready and back, and nothing else', () => {
    const reported: boolean[] = [];
    const readiness = new Readiness(({ ready }) => reported.push(ready));
    for (const condition of CONDITIONS) readiness.met(condition);
    readiness.met('store');
    readiness.unmet('running', 'draining');
    readiness.unmet('keys', 'other keys');
    expect(reported).to.deep.equal([true, false]);
  });
});
