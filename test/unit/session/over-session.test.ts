import { expect } from 'chai';
import * as fc from 'fast-check';
import { loosestLimits } from '../../../src/session/loosest-limits.ts';
import { endIfOver } from '../../../src/session/over-session.ts';
import type { LiveRecord } from '../../../src/session/session-record.ts';
import type { EndLimits } from '../../../src/session/session-store.ts';
import { keyOf } from '../../support/store/store-requests.ts';
import { liveWith, tombstoneWith } from '../../support/store/records.ts';

const MINUTE = 60_000;
const T0 = 1_800_000_000_000;
const live: LiveRecord = liveWith({ startedAtMs: T0, lastActivityAtMs: T0 + 10 * MINUTE });

function limits(
  idleMinutes: number | undefined,
  absoluteMinutes: number | undefined,
  policy = 'any',
): EndLimits {
  return {
    policy,
    idleTimeoutMs: idleMinutes === undefined ? undefined : idleMinutes * MINUTE,
    absoluteTimeoutMs: absoluteMinutes === undefined ? undefined : absoluteMinutes * MINUTE,
  };
}

describe('endIfOver', () => {
  const both = [limits(60, 120, 'calm'), limits(5, 480, 'long')];
  const look = (record: LiveRecord, atMinute: number, all = both) =>
    endIfOver(record, keyOf('one'), loosestLimits(all), T0 + atMinute * MINUTE);

  it('waits while one policy still admits the session', () => {
    const { record, outcome } = look(live, 69.99);
    expect(outcome).to.deep.equal({ kind: 'waiting', untilMs: T0 + 70 * MINUTE });
    expect(record).to.equal(live);
  });

  it('ends it at the instant at which the last limit was reached, and by that limit', () => {
    const { record, outcome, events } = look(live, 90);
    expect(outcome).to.deep.equal({ kind: 'over', by: 'idle' });
    expect(record).to.include({ kind: 'tombstone', endedAtMs: T0 + 70 * MINUTE, endedBy: 'idle' });
    expect(events).to.have.length(1);
    expect(events[0]).to.include({ kind: 'ended', by: 'idle', policy: 'calm' });
  });

  it('ends by absolute if that limit was reached last', () => {
    const busy = { ...live, lastActivityAtMs: T0 + 119 * MINUTE, longestGapMs: 6 * MINUTE };
    expect(look(busy, 119.5).outcome.kind).to.equal('waiting');
    expect(look(busy, 120).outcome).to.deep.equal({ kind: 'over', by: 'absolute' });
  });

  it('counts a pause after it is over', () => {
    const paused = { ...live, longestGapMs: 60 * MINUTE };
    expect(look(paused, 10, [limits(60, 120)]).outcome).to.deep.equal({ kind: 'over', by: 'idle' });
  });

  it('ends nothing if no policy has a limit, or without policies', () => {
    const never = { kind: 'waiting', untilMs: Infinity };
    expect(look(live, 1e6, []).outcome).to.deep.equal(never);
    expect(look(live, 1e6, [limits(5, 60), limits(undefined, undefined)]).outcome).to.deep.equal(
      never,
    );
  });

  it('has nothing to do for tombstones and deleted sessions', () => {
    const tombstone = tombstoneWith({ endedAtMs: T0, endedBy: 'idle' });
    const seen = endIfOver(tombstone, keyOf('one'), both, T0 + 1e9);
    expect(seen).to.deep.equal({ record: tombstone, outcome: { kind: 'done' }, events: [] });
    expect(endIfOver(undefined, keyOf('one'), both, T0).outcome.kind).to.equal('done');
  });
});

describe('loosestLimits', () => {
  it('drops limits that others cover, and keeps those that are longer in one timeout', () => {
    const found = loosestLimits([limits(5, 60), limits(60, 120), limits(5, 480), limits(60, 90)]);
    expect(found).to.deep.equal([limits(60, 120), limits(5, 480)]);
  });

  it('treats a limit that is off as the loosest', () => {
    expect(loosestLimits([limits(5, 60), limits(undefined, 60)])).to.deep.equal([
      limits(undefined, 60),
    ]);
    const allOff = limits(undefined, undefined);
    expect(loosestLimits([limits(undefined, 60), allOff, limits(5, undefined)])).to.deep.equal([
      allOff,
    ]);
  });

  it('keeps the first of equal limits', () => {
    const [one, two] = [limits(5, 60, 'one'), limits(5, 60, 'two')];
    expect(loosestLimits([limits(4, 60, 'strict'), one, two])).to.deep.equal([one]);
    expect(loosestLimits([two, one])).to.deep.equal([two]);
  });

  it('returns an empty list for an empty list', () => {
    expect(loosestLimits([])).to.deep.equal([]);
  });

  it('gives the same list for policies in any order, and it decides as all of them do', () => {
    const minutes = fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined });
    const some = fc.array(fc.tuple(minutes, minutes), { minLength: 1, maxLength: 6 });
    const session = fc.record({
      last: fc.integer({ min: 0, max: 20 }),
      gap: fc.integer({ min: 0, max: 20 }),
      now: fc.integer({ min: 20, max: 45 }),
    });
    fc.assert(
      fc.property(some, session, (pairs, { last, gap, now }) => {
        const all = pairs.map(([idle, absolute]) => limits(idle, absolute));
        const record = {
          ...live,
          lastActivityAtMs: T0 + last * MINUTE,
          longestGapMs: gap * MINUTE,
        };
        const nowMs = T0 + now * MINUTE;
        const look = (list: readonly EndLimits[]) => endIfOver(record, keyOf('one'), list, nowMs);
        expect(loosestLimits(all.toReversed())).to.deep.equal(loosestLimits(all));
        expect(look(loosestLimits(all)).outcome.kind).to.equal(look(all).outcome.kind);
      }),
    );
  });
});
