import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { LastingFault } from '../../../src/app/lasting-fault.ts';
import { eventually } from '../../support/eventually.ts';

describe('LastingFault', () => {
  it('tells the latest of a fault that lasts, once', async () => {
    const told: string[] = [];
    const fault = new LastingFault<string>(20, (what) => told.push(what));
    fault.seen('one');
    fault.seen('two');
    expect(told).to.deep.equal([]);
    await eventually('telling', () => told.length > 0);
    expect(fault.over()).to.equal(true);
    expect(fault.over()).to.equal(false);
    expect(told).to.deep.equal(['two']);
  });

  it('tells nothing of one that is over soon', async () => {
    const told: string[] = [];
    const fault = new LastingFault<string>(20, (what) => told.push(what));
    fault.seen('one');
    expect(fault.over()).to.equal(false);
    await sleep(50);
    expect(told).to.deep.equal([]);
  });
});
