import { expect } from 'chai';
import type { LiveRecord, SessionRecord } from '../../../src/session/session-record.ts';
import type { SourceRule, TouchRule } from '../../../src/session/session-store.ts';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';
import { touchSession } from '../../../src/session/touch-session.ts';
import { keyOf, touchOf } from '../../support/store/store-requests.ts';
import { liveWith, tombstoneWith } from '../../support/store/records.ts';

const MINUTE = 60_000;
const T0 = 1_800_000_000_000;
const fresh: LiveRecord = liveWith({ startedAtMs: T0, lastActivityAtMs: T0 });

function touch(
  record: SessionRecord | undefined,
  atMs: number,
  rule: Partial<TouchRule> = {},
  source: Partial<SourceRule> = {},
) {
  return touchSession(record, touchOf('one', rule, source), T0 + atMs);
}

function effectOf(outcome: TouchOutcome) {
  return outcome.kind === 'expired' ? outcome.effect : outcome.kind;
}

describe('touchSession on a live session', () => {
  it('moves the activity and keeps the pause', () => {
    const { record, outcome, events } = touch(fresh, 2 * MINUTE);
    expect(record).to.deep.equal({
      ...fresh,
      lastActivityAtMs: T0 + 2 * MINUTE,
      longestGapMs: 2 * MINUTE,
    });
    expect(outcome).to.deep.equal({
      kind: 'live',
      activity: 'moved',
      opened: false,
      clocks: {
        nowMs: T0 + 2 * MINUTE,
        startedAtMs: T0,
        lastActivityAtMs: T0 + 2 * MINUTE,
        longestGapMs: 2 * MINUTE,
      },
    });
    expect(events).to.deep.equal([]);
  });

  it('keeps the longest pause when a shorter one follows', () => {
    const after = touch(touch(fresh, 3 * MINUTE).record, 4 * MINUTE);
    expect(after.record).to.include({ longestGapMs: 3 * MINUTE });
  });

  for (const [pauseMs, activity] of [
    [29_999, 'skipped'],
    [30_000, 'moved'],
    [30_001, 'moved'],
  ] as const) {
    it(`counts a pause of ${pauseMs} ms with a touch interval of 30 s as ${activity}`, () => {
      const step = touch(fresh, pauseMs, {}, { touchIntervalMs: 30_000 });
      expect(step.outcome).to.include({ kind: 'live', activity });
      expect(step.record === fresh).to.equal(activity === 'skipped');
    });
  }

  it('writes nothing for a passive request', () => {
    const step = touch(fresh, 4 * MINUTE, { countsAsActivity: false });
    expect(step.record).to.equal(fresh);
    expect(step.outcome).to.include({ kind: 'live', activity: 'passive' });
  });

  it('ends it although passive requests come', () => {
    const polled = touch(fresh, 4 * MINUTE, { countsAsActivity: false });
    expect(touch(polled.record, 5 * MINUTE).outcome).to.include({ kind: 'expired', by: 'idle' });
  });

  it('extends and shortens nothing when the clock is set back', () => {
    const moved = touch(fresh, 4 * MINUTE);
    const back = touch(moved.record, -90 * MINUTE);
    expect(back.outcome).to.deep.include({ kind: 'live' });
    expect(back.record).to.deep.equal(moved.record);
    expect(touch(back.record, 9 * MINUTE - 1).outcome.kind).to.equal('live');
    expect(touch(back.record, 9 * MINUTE).outcome.kind).to.equal('expired');
  });

  it('stays over for a short policy after a request under a longer one', () => {
    const long = { idleTimeoutMs: 60 * MINUTE, policy: 'long' };
    const clicked = touch(fresh, 6 * MINUTE, long);
    expect(clicked.outcome.kind).to.equal('live');
    const short = touch(clicked.record, 6 * MINUTE + 1);
    expect(short.outcome).to.include({ kind: 'expired', by: 'idle', effect: 'ended' });
    expect(short.record).to.include({ endedAtMs: T0 + 6 * MINUTE });
  });
});

describe('touchSession on a session at its limit', () => {
  it('ends it: a tombstone and one event at the instant of the limit', () => {
    const { record, outcome, events } = touch(fresh, 7 * MINUTE);
    const endedAtMs = T0 + 5 * MINUTE;
    expect(record).to.deep.equal(tombstoneWith({ startedAtMs: T0, endedAtMs, endedBy: 'idle' }));
    expect(outcome).to.deep.include({ kind: 'expired', by: 'idle', effect: 'ended' });
    expect(outcome).to.include({ crossed: false, opened: false });
    expect(events).to.deep.equal([
      {
        kind: 'ended',
        by: 'idle',
        atMs: endedAtMs,
        session: keyOf('one'),
        source: 'web',
        policy: 'default',
        subject: undefined,
      },
    ]);
  });

  it('returns the clocks unchanged, because a denied request is not activity', () => {
    const { outcome } = touch(fresh, 7 * MINUTE);
    expect(outcome).to.have.nested.property('clocks.lastActivityAtMs', T0);
  });

  it('keeps it unchanged under a policy that only challenges', () => {
    const { record, outcome, events } = touch(fresh, 7 * MINUTE, { onExpiry: 'keep' });
    expect(record).to.equal(fresh);
    expect(outcome).to.include({ kind: 'expired', by: 'idle', effect: 'kept', crossed: false });
    expect(events).to.deep.equal([]);
  });

  it('stays ended: the next touch finds the tombstone and reports nothing', () => {
    const ended = touch(fresh, 7 * MINUTE);
    const again = touch(ended.record, 8 * MINUTE, { idleTimeoutMs: undefined });
    expect(again.record).to.equal(ended.record);
    expect(again.outcome).to.deep.equal({
      kind: 'ended',
      by: 'idle',
      endedAtMs: T0 + 5 * MINUTE,
      nowMs: T0 + 8 * MINUTE,
    });
    expect(again.events).to.deep.equal([]);
  });

  it('is unknown without a record, and writes none', () => {
    expect(touch(undefined, 5)).to.deep.equal({
      record: undefined,
      outcome: { kind: 'unknown', nowMs: T0 + 5 },
      events: [],
    });
  });
});

describe('touchSession in observe mode', () => {
  const observe = { mode: 'observe' } as const;

  it('ends nothing, and counts the request as activity past the limit', () => {
    const { record, outcome, events } = touch(fresh, 7 * MINUTE, observe);
    expect(effectOf(outcome)).to.equal('kept');
    expect(record).to.include({
      kind: 'live',
      lastActivityAtMs: T0 + 7 * MINUTE,
      longestGapMs: 7 * MINUTE,
    });
    expect(events).to.deep.equal([]);
  });

  it('reports the one write that crosses the limit, and no other', () => {
    const crossings: boolean[] = [];
    let record: SessionRecord | undefined = fresh;
    for (const minute of [4, 9, 10, 11, 61, 70, 130]) {
      const step = touch(record, minute * MINUTE, observe);
      record = step.record;
      crossings.push(step.outcome.kind === 'expired' && step.outcome.crossed);
    }
    expect(crossings).to.deep.equal([false, true, false, false, false, false, false]);
  });

  it('does not cross the limit while nothing is written', () => {
    const passive = touch(fresh, 6 * MINUTE, { ...observe, countsAsActivity: false });
    expect(passive.outcome).to.include({ kind: 'expired', crossed: false });
    expect(passive.record).to.equal(fresh);
    expect(touch(passive.record, 7 * MINUTE, observe).outcome).to.include({ crossed: true });
  });

  it('counts nothing on an ended session', () => {
    const ended = touch(fresh, 7 * MINUTE);
    const step = touch(ended.record, 8 * MINUTE, observe);
    expect(step.record).to.equal(ended.record);
    expect(step.outcome.kind).to.equal('ended');
  });
});
