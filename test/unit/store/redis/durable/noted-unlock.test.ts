import { expect } from 'chai';
import { MemorySessionStore } from '../../../../../src/store/memory/memory-session-store.ts';
import { Ledger, firstTimeOf } from '../../../../../src/store/redis/durable/ledger.ts';
import { notingDirectory } from '../../../../../src/store/redis/durable/noting-directory.ts';
import { subjectOf } from '../../../../support/store/store-requests.ts';
import { ManualClock } from '../../../../support/time/manual-clock.ts';

describe('an unlock in the ledger', () => {
  // Written again with a later time, it would lift a lock that came in between.
  it('has the time of the unlock, not that of its answer', async () => {
    const clock = new ManualClock();
    const store = new MemorySessionStore({ clock: clock.now });
    const ledger = new Ledger(clock.now);
    const { directory } = store;
    const unlock = directory.unlock.bind(directory);
    directory.unlock = async (request) => {
      const unlocked = await unlock(request);
      clock.advance(500);
      return { ...unlocked, nowMs: clock.now() };
    };
    const unlockedAtMs = clock.now();
    await notingDirectory(directory, ledger).unlock({ subject: subjectOf('ada'), retentionMs: 1 });
    const [note] = ledger.newestFirst();
    expect(note && firstTimeOf(note.call)).to.equal(unlockedAtMs);
    await store.close();
  });
});
