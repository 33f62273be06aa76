import { expect } from 'chai';
import { openSession } from '../../../src/session/open-session.ts';
import type { SessionRecord } from '../../../src/session/session-record.ts';
import type { OpenRequest, TouchRule } from '../../../src/session/session-store.ts';
import { touchSession } from '../../../src/session/touch-session.ts';
import { keyOf, touchOf } from '../../support/store/store-requests.ts';
import { liveWith, tombstoneWith } from '../../support/store/records.ts';

const HOUR = 3_600_000;
const T0 = 1_800_000_000_000;

function requestWith(startedAtMs?: number, rule: Partial<TouchRule> = {}): OpenRequest {
  return { ...touchOf('one', rule), opening: 'first-use', startedAtMs };
}

describe('openSession', () => {
  it('starts now, with activity now and no pause, and reports it', () => {
    const { record, outcome, events } = openSession(undefined, requestWith(), T0);
    expect(record).to.deep.equal(liveWith({ startedAtMs: T0, lastActivityAtMs: T0 }));
    expect(outcome).to.include({ kind: 'live', activity: 'moved', opened: true });
    expect(events).to.deep.equal([
      {
        kind: 'opened',
        by: 'first-use',
        atMs: T0,
        session: keyOf('one'),
        source: 'web',
        policy: 'default',
        subject: undefined,
      },
    ]);
  });

  it('is passive for a passive request', () => {
    const { outcome } = openSession(undefined, requestWith(T0, { countsAsActivity: false }), T0);
    expect(outcome).to.include({ activity: 'passive', opened: true });
  });

  for (const [name, claimedMs, startedAtMs] of [
    ['a login in the past', T0 - 60_000, T0 - 60_000],
    ['a login now', T0, T0],
    ['a login in the future, clamped to now', T0 + 60_000, T0],
  ] as const) {
    it(`starts at ${name}`, () => {
      const { record } = openSession(undefined, requestWith(claimedMs), T0);
      expect(record).to.include({ startedAtMs, lastActivityAtMs: T0 });
    });
  }

  it('accepts a login that is 1 ms short of the absolute limit', () => {
    const { outcome } = openSession(undefined, requestWith(T0 - HOUR + 1), T0);
    expect(outcome).to.include({ kind: 'live', opened: true });
  });

  it('ends a login that is as old as the absolute limit at once, and reports both', () => {
    const { record, outcome, events } = openSession(undefined, requestWith(T0 - HOUR), T0);
    expect(outcome).to.include({ kind: 'expired', by: 'absolute', effect: 'ended', opened: true });
    expect(record).to.include({ kind: 'tombstone', endedBy: 'absolute', endedAtMs: T0 });
    expect(events.map(({ kind }) => kind)).to.deep.equal(['opened', 'ended']);
  });

  it('keeps such a login if the policy only challenges', () => {
    const request = requestWith(T0 - HOUR, { onExpiry: 'keep' });
    const { record, outcome } = openSession(undefined, request, T0);
    expect(outcome).to.include({ kind: 'expired', effect: 'kept', opened: true, crossed: false });
    expect(record).to.include({ kind: 'live' });
  });

  it('counts such a login once as a would-be end in observe mode', () => {
    const request = requestWith(T0 - HOUR, { mode: 'observe' });
    const opened = openSession(undefined, request, T0);
    expect(opened.outcome).to.include({ kind: 'expired', effect: 'kept', crossed: true });
    const next = touchSession(opened.record, request, T0 + 1000);
    expect(next.outcome).to.include({ kind: 'expired', crossed: false });
  });

  const before: readonly [string, SessionRecord][] = [
    [
      'a live session',
      liveWith({ startedAtMs: T0 - 9, lastActivityAtMs: T0 - 5, longestGapMs: 2 }),
    ],
    ['a tombstone', tombstoneWith({ endedAtMs: T0 - 5, endedBy: 'revoked' })],
  ];
  for (const [name, record] of before) {
    it(`is exactly a touch on ${name}, whatever login time is claimed`, () => {
      const request = requestWith(T0 - 1);
      expect(openSession(record, request, T0)).to.deep.equal(touchSession(record, request, T0));
    });
  }
});
