import { expect } from 'chai';
import type { SessionDirectory } from '../../../../src/session/session-directory.ts';
import { StoreUnavailable } from '../../../../src/session/session-store.ts';
import type { SessionStore } from '../../../../src/session/session-store.ts';
import { MemorySessionStore } from '../../../../src/store/memory/memory-session-store.ts';
import { finishSubjectEnd } from '../../../../src/store/subjects/finish-subject-end.ts';
import { keyOf, subjectOf, touchOf } from '../../../support/store/store-requests.ts';
import { ManualClock } from '../../../support/time/manual-clock.ts';

const ADA = subjectOf('ada');
const DAY_MS = 86_400_000;
const OPTIONS = { retentionMs: DAY_MS };

describe('the end of a subject', () => {
  let clock: ManualClock;
  let store: MemorySessionStore;
  let directory: SessionDirectory;

  beforeEach(() => {
    clock = new ManualClock();
    store = new MemorySessionStore({ clock: clock.now });
    directory = store.directory;
  });
  afterEach(() => store.close());

  const enter = (name: string) =>
    directory.enter({ subject: ADA, session: keyOf(name), retentionMs: DAY_MS });
  const open = async (name: string) => {
    await enter(name);
    const request = { ...touchOf(name), subject: ADA };
    return store.open({ ...request, opening: 'registered', startedAtMs: undefined });
  };
  const stateOf = async (name: string): Promise<string> => {
    const found = await directory.describe(keyOf(name));
    if (found === undefined) return 'unknown';
    return found.record.kind === 'live' ? 'live' : found.record.endedBy;
  };
  const begin = (request: { except?: string; enteredUntilMs?: number } = {}) =>
    directory.beginSubjectEnd({
      subject: ADA,
      by: 'revoked',
      except: request.except === undefined ? undefined : keyOf(request.except),
      enteredUntilMs: request.enteredUntilMs,
      retentionMs: DAY_MS,
    });

  it('ends every session, page after page, and leaves the index empty', async () => {
    const names = Array.from({ length: 250 }, (_, i) => `s${i}`);
    for (const name of names) {
      clock.advance(1);
      // oxlint-disable-next-line no-await-in-loop
      await open(name);
    }
    const pending = await begin();
    expect(await finishSubjectEnd({ store, directory }, pending, OPTIONS)).to.deep.equal({
      ended: 250,
      enteredSince: 0,
      isFinished: true,
    });
    expect(new Set(await Promise.all(names.map(stateOf)))).to.deep.equal(new Set(['revoked']));
    expect((await directory.subjectSessions(ADA, { limit: 10 })).entries).to.deep.equal([]);
    expect((await directory.subjectState(ADA)).pending).to.deep.equal([]);
  });

  it('ends all others if some cannot be ended, and stays pending with those', async () => {
    const names = Array.from({ length: 150 }, (_, i) => `s${i}`);
    for (const name of names) {
      clock.advance(1);
      // oxlint-disable-next-line no-await-in-loop
      await open(name);
    }
    const pending = await begin();
    const fault = new StoreUnavailable('down', 'a part is down');
    const key = keyOf('s149'); // the newest, on the first page
    const faulty: Pick<SessionStore, 'end'> = {
      end: async (request) => {
        if (request.key === key) throw fault;
        return store.end(request);
      },
    };
    const found = await finishSubjectEnd({ store: faulty, directory }, pending, OPTIONS);
    expect(found).to.deep.equal({ ended: 149, enteredSince: 0, isFinished: false, fault });
    const { entries } = await directory.subjectSessions(ADA, { limit: 10 });
    expect(entries.map((entry) => entry.key)).to.deep.equal([key]);
    expect((await directory.subjectState(ADA)).pending).to.deep.equal([pending]);
    const rest = await finishSubjectEnd({ store, directory }, pending, OPTIONS);
    expect(rest).to.deep.equal({ ended: 1, enteredSince: 0, isFinished: true });
  });

  it('leaves the excepted session, and those that entered later', async () => {
    await open('mine');
    await open('other');
    const atMs = clock.now();
    clock.advance(1);
    await open('later');
    const pending = await begin({ except: 'mine', enteredUntilMs: atMs });
    const found = await finishSubjectEnd({ store, directory }, pending, OPTIONS);
    expect(found).to.include({ ended: 1, enteredSince: 1 });
    expect(await stateOf('mine')).to.equal('live');
    expect(await stateOf('other')).to.equal('revoked');
    expect(await stateOf('later')).to.equal('live');
    const left = await directory.subjectSessions(ADA, { limit: 10 });
    expect(left.entries.map(({ key }) => key)).to.deep.equal([keyOf('later'), keyOf('mine')]);
  });

  it('wins over an opening that has entered and not opened yet', async () => {
    await enter('slow');
    const pending = await begin();
    const { ended } = await finishSubjectEnd({ store, directory }, pending, OPTIONS);
    expect(ended).to.equal(0);
    const opened = await store.open({
      ...touchOf('slow'),
      opening: 'first-use',
      startedAtMs: undefined,
    });
    expect(opened).to.include({ kind: 'ended', by: 'revoked' });
  });

  it('stays pending when its time is over, and can be finished by another replica', async () => {
    for (let i = 0; i < 150; i += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await open(`s${i}`);
    }
    const pending = await begin();
    let pages = 0;
    const mayGoOn = (): boolean => (pages += 1) <= 1;
    const first = await finishSubjectEnd({ store, directory }, pending, { ...OPTIONS, mayGoOn });
    expect(first).to.deep.equal({ ended: 100, enteredSince: 0, isFinished: false });
    const [again] = await directory.pendingSubjects({ olderThanMs: 0, max: 10 });
    expect(again).to.deep.equal(pending);
    const second = await finishSubjectEnd({ store, directory }, pending, OPTIONS);
    expect(second).to.deep.equal({ ended: 50, enteredSince: 0, isFinished: true });
  });
});
