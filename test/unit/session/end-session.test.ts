import { expect } from 'chai';
import { endSession } from '../../../src/session/end-session.ts';
import type { LiveRecord } from '../../../src/session/session-record.ts';
import type { EndRequest } from '../../../src/session/end-request.ts';
import { keyOf, sourceWith } from '../../support/store/store-requests.ts';
import { liveWith, tombstoneWith } from '../../support/store/records.ts';

const T0 = 1_800_000_000_000;
const request: EndRequest = { key: keyOf('one'), source: sourceWith(), by: 'revoked' };
const live: LiveRecord = liveWith({ startedAtMs: T0, lastActivityAtMs: T0 + 1000 });

describe('endSession', () => {
  it('ends a live session now, with one event', () => {
    const { record, outcome, events } = endSession(live, request, T0 + 5000);
    const endedAtMs = T0 + 5000;
    const first = { source: 'web', startedAtMs: T0, subject: undefined, wasUnknown: false };
    expect(outcome).to.deep.equal({ kind: 'ended', endedAtMs, ...first });
    expect(record).to.deep.equal(tombstoneWith({ startedAtMs: T0, endedAtMs, endedBy: 'revoked' }));
    expect(events).to.have.length(1);
    expect(events[0]).to.include({ kind: 'ended', by: 'revoked', atMs: endedAtMs });
  });

  it('never ends before the last activity, whatever the clock says', () => {
    expect(endSession(live, request, T0 - 5000).outcome).to.include({ endedAtMs: T0 + 1000 });
  });

  it('reports the first end when the session has ended already', () => {
    const tombstone = tombstoneWith({ endedAtMs: T0, endedBy: 'idle' });
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
