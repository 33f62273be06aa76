import { expect } from 'chai';
import type { EndRequest } from '../../../../../src/session/end-request.ts';
import type { SubjectKey } from '../../../../../src/session/subject-key.ts';
import { Ledger } from '../../../../../src/store/redis/durable/ledger.ts';
import type { NotedCall } from '../../../../../src/store/redis/durable/ledger.ts';
import { keyOf, sourceWith } from '../../../../support/store/store-requests.ts';
import { ManualClock } from '../../../../support/time/manual-clock.ts';

const MINUTE_MS = 60_000;

const endOf = (name: string, part: Partial<EndRequest> = {}): NotedCall => ({
  kind: 'end',
  request: { key: keyOf(name), source: sourceWith(), by: 'revoked', ...part },
});
const lockOf = (subject: string, startedAtMs?: number): NotedCall => ({
  kind: 'subject_end',
  request: {
    subject: subject as SubjectKey,
    by: 'subject_locked',
    lock: { lastsMs: 'forever' },
    startedAtMs,
    retentionMs: 1,
  },
});

describe('the ledger', () => {
  const clock = new ManualClock();
  const ledgerOf = (notesMax = 100) => new Ledger(clock.now, { keptMs: 15 * MINUTE_MS, notesMax });
  const callsOf = (ledger: Ledger) => ledger.newestFirst().map(({ call }) => call);

  it('has what was noted during the last 15 minutes, the newest first', () => {
    const ledger = ledgerOf();
    ledger.note(endOf('one'));
    clock.advance(14 * MINUTE_MS);
    ledger.note(endOf('two'));
    expect(callsOf(ledger)).to.deep.equal([endOf('two'), endOf('one')]);
    clock.advance(MINUTE_MS);
    expect(callsOf(ledger)).to.deep.equal([endOf('two')]);
  });

  it('has a call that was not answered, and knows how long ago that was', () => {
    const ledger = ledgerOf();
    ledger.note(endOf('one'));
    clock.advance(MINUTE_MS);
    expect(ledger.newestFirst().map((note) => ledger.ageMs(note))).to.deep.equal([MINUTE_MS]);
  });

  it('has at most its maximum, and drops the oldest', () => {
    const ledger = ledgerOf(2);
    for (const name of ['one', 'two', 'three']) ledger.note(endOf(name));
    expect(callsOf(ledger)).to.deep.equal([endOf('three'), endOf('two')]);
  });

  it('has one end for each session: the first one that was answered', () => {
    const ledger = ledgerOf();
    const first = endOf('one', { by: 'signed_out', endedAtMs: 5, unknown: 'tombstone' });
    ledger.settle(ledger.note(endOf('one', { by: 'signed_out' })), first);
    const again = ledger.note(endOf('one'));
    ledger.settle(again, endOf('one', { endedAtMs: 9 }));
    expect(callsOf(ledger)).to.deep.equal([first]);
  });

  it('counts an end that is noted again as new', () => {
    const ledger = ledgerOf();
    ledger.note(endOf('one'));
    ledger.note(endOf('two'));
    clock.advance(14 * MINUTE_MS);
    ledger.note(endOf('one'));
    clock.advance(MINUTE_MS);
    expect(callsOf(ledger)).to.deep.equal([endOf('one', { unknown: undefined })]);
  });

  it('leaves a tombstone for an unknown credential if one of its calls does', () => {
    const ledger = ledgerOf();
    ledger.note(endOf('one', { unknown: 'tombstone' }));
    ledger.note(endOf('one', { unknown: 'leave' }));
    expect(callsOf(ledger)).to.deep.equal([endOf('one', { unknown: 'tombstone' })]);
  });

  it('forgets an end that changed nothing, but not one that was answered before', () => {
    const ledger = ledgerOf();
    ledger.forget(ledger.note(endOf('one')));
    const ended = endOf('two', { endedAtMs: 5 });
    ledger.settle(ledger.note(endOf('two')), ended);
    ledger.forget(ledger.note(endOf('two')));
    expect(callsOf(ledger)).to.deep.equal([ended]);
  });

  it('has every end of a subject, because each may have another exception', () => {
    const ledger = ledgerOf();
    ledger.settle(ledger.note(lockOf('one')), lockOf('one', 7));
    ledger.note(lockOf('one'));
    expect(callsOf(ledger)).to.deep.equal([lockOf('one'), lockOf('one', 7)]);
  });

  it('takes 100 000 notes by default', () => {
    const ledger = new Ledger(clock.now);
    for (let count = 0; count < 100_001; count += 1) ledger.note(lockOf('one', count));
    expect(ledger.newestFirst()).to.have.length(100_000);
  });
});
