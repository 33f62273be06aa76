import { expect } from 'chai';
import { RequiredReplicas } from '../../../../../src/store/redis/durable/required-replicas.ts';
import { ManualClock } from '../../../../support/time/manual-clock.ts';

const REMEMBERED_MS = 15 * 60_000;

describe('how many replicas have to confirm', () => {
  const clock = new ManualClock();

  it('is all that are connected', () => {
    const required = new RequiredReplicas(undefined, clock.now);
    expect([0, 1, 3, 2].map((online) => required.of(online))).to.deep.equal([0, 1, 3, 2]);
  });

  it('is at least one for 15 minutes after one was connected', () => {
    const required = new RequiredReplicas(undefined, clock.now);
    required.of(2);
    clock.advance(REMEMBERED_MS - 1);
    expect(required.of(0)).to.equal(1);
    clock.advance(1);
    expect(required.of(0)).to.equal(0);
  });

  it('is what is configured, however many are connected', () => {
    const required = new RequiredReplicas(2, clock.now);
    expect([0, 1, 3].map((online) => required.of(online))).to.deep.equal([2, 2, 2]);
  });
});
