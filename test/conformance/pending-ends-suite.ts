import { expect } from 'chai';
import type { SubjectEndRequest } from '../../src/session/session-directory.ts';
import type { SessionKey } from '../../src/session/session-key.ts';
import type { SourceRule } from '../../src/session/session-store.ts';
import type { SubjectKey } from '../../src/session/subject-key.ts';
import type { SweepReport } from '../../src/store/sweep/sweeper.ts';
import { keyOf, sourceWith, subjectOf, touchOf } from '../support/store/store-requests.ts';
import type { StoreWorld } from '../support/store/store-world.ts';
import { touched } from '../support/store/touched.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const TURNS_MAX = 50;
const SOURCES: ReadonlyMap<string, SourceRule> = new Map([['web', sourceWith()]]);

/** What the sweeper of every store does about ends of subjects that their callers did not finish. */
export function describePendingEnds(name: string, open: () => Promise<StoreWorld>): void {
  describe(`ends of subjects that were not finished: ${name}`, () => {
    let world: StoreWorld;
    let test = 0;

    before(async () => {
      world = await open();
      await sweepAll();
    });
    after(async () => world.close());
    beforeEach(() => {
      test += 1;
    });

    const ada = (): SubjectKey => subjectOf(`${name} pending ada ${test}`);
    const key = (session: string): SessionKey => keyOf(`${name} pending ${test} ${session}`);
    const enter = async (session: string, subject = ada()) =>
      world.directory.enter({ subject, session: key(session), retentionMs: DAY });
    const openIt = async (session: string, subject = ada()) =>
      world.store.open({
        ...touchOf(''),
        key: key(session),
        opening: 'first-use',
        startedAtMs: undefined,
        subject,
      });
    const enterAndOpen = async (session: string, subject = ada()) => {
      await enter(session, subject);
      return openIt(session, subject);
    };
    const begin = async (request: Partial<SubjectEndRequest> = {}) =>
      world.directory.beginSubjectEnd({
        subject: ada(),
        by: 'revoked',
        retentionMs: DAY,
        ...request,
      });
    const touch = async (session: string) =>
      touched(world.store, { ...touchOf(''), key: key(session) });
    const pending = async () => (await world.directory.subjectState(ada())).pending.length;
    const indexed = async () =>
      (await world.directory.subjectSessions(ada(), { limit: 100 })).entries.map(
        (each) => each.key,
      );
    const sweep = async () => world.sweeper.sweep(SOURCES, 100_000);

    async function sweepAll(): Promise<SweepReport[]> {
      const reports: SweepReport[] = [];
      for (let turns = 0; turns < TURNS_MAX; turns += 1) {
        const report = await sweep();
        if (report.fault !== undefined) throw report.fault;
        reports.push(report);
        if (!report.more) return reports;
      }
      throw new Error(`there is more after ${TURNS_MAX} turns`);
    }
    const finishedBy = (reports: readonly SweepReport[]) =>
      reports.flatMap(({ finished }) => finished).filter(({ subject }) => subject === ada());

    it('are left to their callers for a second', async function () {
      await enterAndOpen('one');
      const { startedAtMs } = await begin();
      const reports = await sweepAll();
      const { nowMs } = await world.directory.subjectState(ada());
      if (nowMs - startedAtMs >= SECOND) this.skip(); // this machine is too slow now
      expect(finishedBy(reports)).to.deep.equal([]);
      expect(await touch('one')).to.include({ kind: 'live' });
      expect(await pending()).to.equal(1);
    });

    it('are finished by the sweeper after that: every session, opened or not', async () => {
      await enterAndOpen('one');
      await enter('opening');
      await begin({ by: 'signed_out' });
      await world.passTime(2 * SECOND);
      expect(finishedBy(await sweepAll())).to.deep.equal([
        { subject: ada(), by: 'signed_out', ended: 1 },
      ]);
      expect(await touch('one')).to.include({ kind: 'ended', by: 'signed_out' });
      expect(await openIt('opening')).to.include({ kind: 'ended', by: 'signed_out' });
      expect(await pending()).to.equal(0);
      expect(await indexed()).to.deep.equal([]);
      expect(finishedBy(await sweepAll())).to.deep.equal([]);
    });

    it('keep the excepted session, and those that entered later', async () => {
      for (const session of ['one', 'kept']) await enterAndOpen(session);
      await begin({ except: key('kept') });
      await world.passTime(2 * SECOND);
      await enterAndOpen('later');
      await sweepAll();
      expect(await touch('one')).to.include({ kind: 'ended' });
      for (const session of ['kept', 'later']) {
        expect(await touch(session), session).to.include({ kind: 'live' });
      }
      expect(await indexed()).to.have.members([key('kept'), key('later')]);
    });

    it('are finished in bounded turns, however many sessions entered later', async function () {
      this.timeout(60_000);
      const sessions = Array.from({ length: 650 }, (_, index) => `session ${index}`);
      for (const session of sessions) await enterAndOpen(session);
      await begin();
      await world.passTime(2 * SECOND);
      for (let later = 0; later < 650; later += 1) await enter(`later ${later}`);
      const first = await sweep();
      expect(first.more).to.equal(true);
      expect(finishedBy([first])).to.deep.equal([]);
      expect(await pending()).to.equal(1);
      const reports = await sweepAll();
      expect(finishedBy(reports)).to.have.length(1);
      for (const session of [sessions[0], sessions.at(-1)]) {
        expect(await touch(session ?? '')).to.include({ kind: 'ended' });
      }
      expect(await touch('later 0')).to.include({ kind: 'unknown' });
    });

    it('are all finished, also several of one subject', async () => {
      await enterAndOpen('one');
      for (const by of ['revoked', 'signed_out', 'subject_locked'] as const) await begin({ by });
      await world.passTime(2 * SECOND);
      expect(finishedBy(await sweepAll())).to.have.length(3);
      expect(await pending()).to.equal(0);
    });

    it('are not needed for a session that the sweeper ends: it leaves the index', async () => {
      await enterAndOpen('one');
      await enterAndOpen('busy');
      await world.passTime(4 * MINUTE);
      await touch('busy');
      await world.passTime(2 * MINUTE);
      await sweepAll();
      expect(await touch('one')).to.include({ kind: 'ended', by: 'idle' });
      expect(await indexed()).to.deep.equal([key('busy')]);
    });
  });
}
