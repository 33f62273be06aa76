import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { LastingFault } from '../../../src/files/lasting-fault.ts';
import { eventually } from '../../support/time/eventually.ts';

describe('LastingFault', () => {
  it('reports the latest form of a fault that lasts, once', async () => {
    const reported: string[] = [];
    const fault = new LastingFault<string>(20, (what) => reported.push(what));
    fault.seen('one');
    fault.seen('two');
    expect(reported).to.deep.equal([]);
    await eventually('the report', () => reported.length > 0);
    expect(fault.over()).to.equal(true);
    expect(fault.over()).to.equal(false);
    expect(reported).to.deep.equal(['two']);
  });

  it('does not report a fault that is over soon', async () => {
    const reported: string[] = [];
    const fault = new LastingFault<string>(20, (what) => reported.push(what));
    fault.seen('one');
    expect(fault.over()).to.equal(false);
    await sleep(50);
    expect(reported).to.deep.equal([]);
  });
});
