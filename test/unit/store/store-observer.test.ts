import { expect } from 'chai';
import { both } from '../../../src/store/store-observer.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';

describe('both', () => {
  it('passes everything on to both observers', () => {
    const journals = [new StoreJournal(), new StoreJournal()] as const;
    const observer = both(...journals);
    observer.called('touch', 'live', 0.001);
    observer.up(true);
    observer.clockSkew(-2);
    observer.desync();
    observer.primaryChanged('one', 'other');
    observer.lost({ partitions: 2, noticedAtMs: 5, keptUntilMs: 4 });
    observer.marksSeen({ unmarked: 0, refusing: 2 });
    observer.writtenAgain(7);
    observer.confirmFailed(new Error('why'));
    observer.sentinels({ known: 3, down: 1, why: 'a:1: why' });
    for (const journal of journals) {
      const { calls, ups, skews, desyncs, primaryChanges, writtenAgainCounts } = journal;
      expect(journal.sentinelTroubles).to.deep.equal(['a:1: why']);
      expect(journal.losses).to.deep.equal([{ partitions: 2, noticedAtMs: 5, keptUntilMs: 4 }]);
      expect(journal.marks).to.deep.equal([{ unmarked: 0, refusing: 2 }]);
      expect(journal.confirmFaults).to.deep.equal(['why']);
      expect([primaryChanges, writtenAgainCounts]).to.deep.equal([[['one', 'other']], [7]]);
      expect(calls).to.deep.equal([{ call: 'touch', outcome: 'live', seconds: 0.001 }]);
      expect([ups, skews, desyncs]).to.deep.equal([[true], [-2], 1]);
    }
  });

  it('takes observers that leave members out', () => {
    const journal = new StoreJournal();
    const observer = both({ up: (isUp) => journal.up(isUp) }, {});
    observer.called('touch', 'live', 0.001);
    observer.up(false);
    observer.clockSkew(1);
    observer.desync();
    observer.primaryChanged('one', 'other');
    observer.lost({ partitions: 2, noticedAtMs: 5, keptUntilMs: 4 });
    observer.marksSeen({ unmarked: 0, refusing: 2 });
    observer.writtenAgain(7);
    observer.sentinels({ known: 3, down: 1, why: 'a:1: why' });
    expect([journal.calls, journal.ups]).to.deep.equal([[], [false]]);
  });
});
