import { expect } from 'chai';
import { endSession } from '../../../src/session/end-session.ts';
import type { LiveRecord } from '../../../src/session/session-record.ts';
import type { EndRequest } from '../../../src/session/session-store.ts';
import { keyOf, sourceWith } from '../../support/store-requests.ts';

const T0 = 1_800_000_000_000;
const request: EndRequest = { key: keyOf('one'), source: sourceWith(), by: 'revoked' };
const live: LiveRecord = {
  kind: 'live',
  source: 'web',
  startedAtMs: T0,
  lastActivityAtMs: T0 + 1000,
  longestGapMs: 0,
};

describe('endSession', () => {
  it('ends a live session now, with one event', () => {
    const { record, outcome, events } = endSession(live, request, T0 + 5000);
    const endedAtMs = T0 + 5000;
    expect(outcome).to.deep.equal({ kind: 'ended', endedAtMs });
    expect(record).to.deep.equal({
      kind: 'tombstone',
      source: 'web',
      endedAtMs,
      endedBy: 'revoked',
    });
    expect(events).to.have.length(1);
    expect(events[0]).to.include({ kind: 'ended', by: 'revoked', atMs: endedAtMs });
  });

  it('never ends before the last activity, whatever the clock says', () => {
    expect(endSession(live, request, T0 - 5000).outcome).to.include({ endedAtMs: T0 + 1000 });
  });

  it('says who was first when it has ended already', () => {
    const tombstone = { kind: 'tombstone', source: 'web', endedAtMs: T0, endedBy: 'idle' } as const;
    expect(endSession(tombstone, request, T0 + 1)).to.deep.equal({
      record: tombstone,
      outcome: { kind: 'already', by: 'idle', endedAtMs: T0 },
      events: [],
    });
  });

  it('writes nothing for an unknown session', () => {
    const unknown = { record: undefined, outcome: { kind: 'unknown' }, events: [] };
    expect(endSession(undefined, request, T0)).to.deep.equal(unknown);
  });
});
