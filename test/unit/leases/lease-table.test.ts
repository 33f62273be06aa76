import { expect } from 'chai';
import type { Lease } from '../../../src/leases/lease.ts';
import { LeaseTable } from '../../../src/leases/lease-table.ts';
import { keyOf, subjectOf } from '../../support/store/store-requests.ts';

const leaseOf = (subject?: string): Lease => ({
  clocks: { nowMs: 1, startedAtMs: 1, lastActivityAtMs: 1, longestGapMs: 0 },
  askedAtMs: 1,
  wallAheadMs: 0,
  subject: subject === undefined ? undefined : subjectOf(subject),
});

describe('a table of leases', () => {
  const forgotten: number[] = [];
  const tableOf = (leasesMax: number): LeaseTable => {
    forgotten.length = 0;
    return new LeaseTable(leasesMax, (count) => forgotten.push(count));
  };
  const put = (table: LeaseTable, name: string, lease = leaseOf()): boolean =>
    table.put(keyOf(name), lease, table.newsOf(keyOf(name)));

  it('never has more than it may, and says how many had to make room', () => {
    const table = tableOf(10);
    for (let count = 0; count < 100; count += 1) {
      put(table, `${count}`);
      expect(table.size).to.be.at.most(10);
    }
    expect(forgotten.reduce((sum, count) => sum + count, 0)).to.equal(100 - table.size);
  });

  it('keeps those that are used, and forgets the others first', () => {
    const table = tableOf(4);
    put(table, 'used');
    for (let count = 0; count < 20; count += 1) {
      put(table, `${count}`);
      expect(table.get(keyOf('used'))).to.not.equal(undefined);
    }
    expect(table.get(keyOf('0'))).to.equal(undefined);
  });

  it('forgets what was not used for two rests', () => {
    const table = tableOf(10);
    put(table, 'used');
    put(table, 'idle');
    table.age();
    table.get(keyOf('used'));
    table.age();
    expect(table.get(keyOf('idle'))).to.equal(undefined);
    expect(table.size).to.equal(1);
  });

  it('drops one wherever it is, and takes no reply from before', () => {
    for (const rests of [0, 1]) {
      const table = tableOf(10);
      put(table, 's');
      const since = table.newsOf(keyOf('s'));
      for (let rest = 0; rest < rests; rest += 1) table.age();
      expect(table.drop(keyOf('s'))).to.equal(true);
      expect(table.get(keyOf('s'))).to.equal(undefined);
      expect(table.put(keyOf('s'), leaseOf(), since)).to.equal(false);
      expect(put(table, 's')).to.equal(true);
    }
  });

  it('drops all, and takes no reply from before', () => {
    const table = tableOf(10);
    put(table, 'one');
    table.age();
    put(table, 'other');
    const since = table.newsOf(keyOf('new'));
    expect(table.dropAll()).to.equal(2);
    expect(table.size).to.equal(0);
    expect(table.put(keyOf('new'), leaseOf(), since)).to.equal(false);
  });

  it('drops those of a subject wherever they are, no others, and takes no reply from before', () => {
    const table = tableOf(10);
    put(table, 'ann older', leaseOf('ann'));
    put(table, 'bob', leaseOf('bob'));
    table.age();
    put(table, 'ann newer', leaseOf('ann'));
    put(table, 'of whom is not known');
    const since = table.newsOf(keyOf('new'));
    expect(table.dropSubject(subjectOf('ann'))).to.equal(2);
    expect(table.size).to.equal(2);
    expect(table.get(keyOf('bob'))).to.not.equal(undefined);
    expect(table.put(keyOf('new'), leaseOf(), since)).to.equal(false);
  });

  it('keeps none if it may have none', () => {
    expect(put(tableOf(0), 's')).to.equal(false);
  });
});
