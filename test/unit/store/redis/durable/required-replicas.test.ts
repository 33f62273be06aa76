import { expect } from 'chai';
import { readPrimaryInfo } from '../../../../../src/store/redis/durable/primary-info.ts';
import { RequiredReplicas } from '../../../../../src/store/redis/durable/required-replicas.ts';
import { ManualClock } from '../../../../support/time/manual-clock.ts';

const REMEMBERED_MS = 15 * 60_000;

/** What a primary with so many replicas says. */
const primary = (replicasOnline: number, replicationId = 'a', earlierReplicationId?: string) => ({
  ...readPrimaryInfo(''),
  replicasOnline,
  replicationId,
  earlierReplicationId,
});

describe('how many replicas have to confirm', () => {
  const clock = new ManualClock();

  it('is all that are connected', () => {
    const required = new RequiredReplicas(undefined, clock.now);
    expect([0, 1, 3, 2].map((online) => required.of(primary(online)))).to.deep.equal([0, 1, 3, 2]);
  });

  it('is at least one for 15 minutes after one was connected', () => {
    const required = new RequiredReplicas(undefined, clock.now);
    required.of(primary(2));
    clock.advance(REMEMBERED_MS - 1);
    expect(required.of(primary(0))).to.equal(1);
    clock.advance(1);
    expect(required.of(primary(0))).to.equal(0);
  });

  it('is for each part of a Cluster what that part has or had', () => {
    const required = new RequiredReplicas(undefined, clock.now);
    expect(required.of(primary(1, 'history a'), 'node a')).to.equal(1);
    expect(required.of(primary(0, 'history b'), 'node b'), 'never had any').to.equal(0);
    expect(required.of(primary(0, 'history a'), 'node a'), 'lost it').to.equal(1);
    expect(required.of(primary(0, 'new', 'history a'), 'node c'), 'was it').to.equal(1);
    expect(required.of(primary(0, 'restarted'), 'node a'), 'was restarted').to.equal(1);
  });

  it('is what is configured, however many are connected', () => {
    const required = new RequiredReplicas(2, clock.now);
    expect([0, 1, 3].map((online) => required.of(primary(online)))).to.deep.equal([2, 2, 2]);
  });
});
