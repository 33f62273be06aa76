import { expect } from 'chai';
import { registerSession } from '../../../src/admin/sessions/register-session.ts';
import { AdminProblem } from '../../../src/admin/wire/problem.ts';
import type { SessionDirectory } from '../../../src/session/session-directory.ts';
import type { Source } from '../../../src/terms/source.ts';
import { MemorySessionStore } from '../../../src/store/memory/memory-session-store.ts';
import { keyOf, sourceWith, subjectOf, touchOf } from '../../support/store/store-requests.ts';
import { ManualClock } from '../../support/time/manual-clock.ts';

describe('registering a session that is there', () => {
  const source = { name: 'web', opening: 'first-use' } as Source;
  let store: MemorySessionStore;

  beforeEach(async () => {
    store = new MemorySessionStore({ clock: new ManualClock().now });
    const opening = { opening: 'first-use', startedAtMs: undefined } as const;
    await store.open({ ...touchOf('one'), ...opening });
  });
  afterEach(() => store.close());

  const register = (directory: SessionDirectory) =>
    registerSession(
      { store, directory, whyKeysIncomplete: () => undefined },
      {
        known: { source, rule: sourceWith() },
        names: { key: keyOf('one'), olderKeys: () => [] },
        subject: { key: subjectOf('ada'), olderKeys: () => [] },
        subjectName: undefined,
        startedAtMs: undefined,
        ownLimits: undefined,
      },
    );
  /** The directory, with an end of the session just before this step. */
  const endedBefore = (step: 'enter' | 'attach'): SessionDirectory => {
    const { directory } = store;
    const end = () => store.end({ key: keyOf('one'), source: sourceWith(), by: 'signed_out' });
    const enter = directory.enter.bind(directory);
    const attach = directory.attach.bind(directory);
    directory.enter = async (request) => {
      if (step === 'enter') await end();
      return enter(request);
    };
    directory.attach = async (request) => {
      if (step === 'attach') await end();
      return attach(request);
    };
    return directory;
  };

  it('notes its subject', async () => {
    const { found, isNew } = await register(store.directory);
    expect(isNew).to.equal(false);
    expect(found.record).to.include({ kind: 'live', subject: subjectOf('ada') });
  });

  for (const step of ['enter', 'attach'] as const) {
    it(`is no success if it ends before the step ${step}`, async () => {
      const problem = await register(endedBefore(step)).catch((error: unknown) => error);
      expect(problem).to.be.instanceOf(AdminProblem).and.include({ code: 'session_ended' });
    });
  }
});
