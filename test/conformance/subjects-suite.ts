import { expect } from 'chai';
import type { EnterRequest, SubjectEndRequest } from '../../src/session/session-directory.ts';
import type { SessionKey } from '../../src/session/session-key.ts';
import type { OpenRequest } from '../../src/session/session-store.ts';
import type { SubjectKey } from '../../src/session/subject-key.ts';
import { endSubject } from '../../src/store/subjects/end-subject.ts';
import type { EndSubjectRequest } from '../../src/store/subjects/end-subject.ts';
import { finishSubjectEnd } from '../../src/store/subjects/finish-subject-end.ts';
import { keyOf, sourceWith, subjectOf, touchOf } from '../support/store/store-requests.ts';
import type { StoreWorld } from '../support/store/store-world.ts';
import { touched } from '../support/store/touched.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What every store does about subjects. All times are at least a second away from a limit. */
export function describeSubjects(name: string, open: () => Promise<StoreWorld>): void {
  describe(`subjects: ${name}`, () => {
    let world: StoreWorld;
    let test = 0;

    before(async () => {
      world = await open();
    });
    after(async () => world.close());
    beforeEach(() => {
      test += 1;
    });

    const ada = (): SubjectKey => subjectOf(`${name} ada ${test}`);
    const bob = (): SubjectKey => subjectOf(`${name} bob ${test}`);
    const key = (session = 'one'): SessionKey => keyOf(`${name} ${test} ${session}`);
    const touch = async (session = 'one', subject?: SubjectKey) =>
      touched(world.store, { ...touchOf(''), key: key(session), subject });
    const enter = async (session = 'one', request: Partial<EnterRequest> = {}) =>
      world.directory.enter({
        subject: ada(),
        session: key(session),
        retentionMs: DAY,
        ...request,
      });
    const openIt = async (session = 'one', request: Partial<OpenRequest> = {}) =>
      world.store.open({
        ...touchOf(''),
        key: key(session),
        opening: 'first-use',
        startedAtMs: undefined,
        subject: ada(),
        ...request,
      });
    const enterAndOpen = async (session = 'one') => {
      await enter(session);
      return openIt(session);
    };
    const begin = async (request: Partial<SubjectEndRequest> = {}) =>
      world.directory.beginSubjectEnd({
        subject: ada(),
        by: 'revoked',
        retentionMs: DAY,
        ...request,
      });
    const endAll = async (request: Partial<EndSubjectRequest> = {}) =>
      endSubject(world, { subjects: [ada()], by: 'revoked', retentionMs: DAY, ...request });
    const state = async () => world.directory.subjectState(ada());
    const nowMs = async () => (await state()).nowMs;
    const indexed = async (subject = ada(), limit = 100) =>
      (await world.directory.subjectSessions(subject, { limit })).entries.map((entry) => entry.key);

    describe('the subject of a session', () => {
      it('is compared with that of a request, if the request names one', async () => {
        await enterAndOpen();
        expect(await touch()).to.not.have.property('subject');
        expect(await touch('one', ada())).to.include({ kind: 'live', subject: 'same' });
        expect(await touch('one', bob())).to.include({ kind: 'live', subject: 'other' });
      });

      it('is none until one is attached, and then stays', async () => {
        await openIt('one', { subject: undefined });
        expect(await touch('one', ada())).to.include({ subject: 'none' });
        const attach = async (subject: SubjectKey) =>
          world.directory.attach({ key: key(), subject });
        expect(await attach(ada())).to.equal('attached');
        expect(await attach(ada())).to.equal('same');
        expect(await attach(bob())).to.equal('other');
        expect(await touch('one', ada())).to.include({ subject: 'same' });
      });

      it('cannot be attached to an unknown session or an ended one', async () => {
        const attach = async () => world.directory.attach({ key: key(), subject: ada() });
        expect(await attach()).to.equal('unknown');
        expect((await touch()).kind).to.equal('unknown');
        await openIt('one', { subject: undefined });
        await world.store.end({ key: key(), source: sourceWith(), by: 'revoked' });
        expect(await attach()).to.equal('unknown');
      });

      it('is in its record and its tombstone, in clear only if it came so', async () => {
        const subjectName = 'Ada Übel <ada@example.org>';
        await openIt('one', { subjectName });
        await openIt('two');
        await openIt('three', { subject: undefined });
        await world.directory.attach({ key: key('three'), subject: ada(), subjectName });
        const record = async (session: string) =>
          (await world.directory.describe(key(session)))?.record;
        for (const session of ['one', 'three']) {
          expect(await record(session)).to.include({ subject: ada(), subjectName });
          await world.store.end({ key: key(session), source: sourceWith(), by: 'revoked' });
          expect(await record(session)).to.include({
            kind: 'tombstone',
            subject: ada(),
            subjectName,
          });
        }
        expect(await record('two')).to.include({ subject: ada(), subjectName: undefined });
      });

      it('is reported with the end, whoever ends the session', async () => {
        const subject = ada();
        await openIt('one');
        await openIt('two');
        await world.passTime(5 * MINUTE);
        expect(await touch('one')).to.include({ kind: 'expired', effect: 'ended', subject });
        const visit = { key: key('two'), source: sourceWith(), mayEnd: true, maySignOut: false };
        const endLimits = [{ policy: 'p', idleTimeoutMs: MINUTE, absoluteTimeoutMs: undefined }];
        const found = await world.store.visitLogin({ ...visit, endLimits });
        expect(found).to.include({ kind: 'ended', byThisVisit: true, subject });
        await openIt('three');
        const end = { key: key('three'), source: sourceWith(), by: 'revoked' } as const;
        expect(await world.store.end(end)).to.include({ kind: 'ended', subject });
        await openIt('four');
        await world.passTime(6 * MINUTE);
        await world.sweeper.sweep(new Map([['web', sourceWith()]]), 100_000);
        for (const session of ['one', 'two', 'three', 'four']) {
          const written = world.journal.written.filter((event) => event.session === key(session));
          expect(
            written.map((event) => event.subject),
            session,
          ).to.deep.equal([subject, subject]);
        }
      });
    });

    describe('an end of one session', () => {
      const end = async (request: object = {}) =>
        world.store.end({ key: key(), source: sourceWith(), by: 'revoked', ...request });

      it('tells when the session started, its source and its subject', async () => {
        const opened = await openIt('one', { source: sourceWith({ source: 'my api' }) });
        const startedAtMs = opened.kind === 'live' ? opened.clocks.startedAtMs : NaN;
        const source = { source: undefined, retentionMs: DAY };
        const ended = await end({ source });
        const found = { source: 'my api', subject: ada(), wasUnknown: false };
        expect(ended).to.include({ kind: 'ended', startedAtMs, ...found });
        const record = (await world.directory.describe(key()))?.record;
        expect(record).to.include({ startedAtMs, source: 'my api', endedBy: 'revoked' });
      });

      for (const by of ['revoked', 'signed_out', 'subject_locked', 'session_limit'] as const) {
        it(`by ${by} is remembered as such`, async () => {
          await openIt();
          expect((await end({ by })).kind).to.equal('ended');
          expect(await touch()).to.include({ kind: 'ended', by });
          expect(await end()).to.include({ kind: 'already', by });
          expect((await world.directory.describe(key()))?.record).to.include({ endedBy: by });
        });
      }

      it('leaves a tombstone of an unknown credential if it is asked to', async () => {
        const ended = await end({ unknown: 'tombstone', subject: ada(), by: 'signed_out' });
        const found = { startedAtMs: undefined, source: 'web', subject: ada(), wasUnknown: true };
        expect(ended).to.include({ kind: 'ended', ...found });
        expect(await openIt()).to.include({ kind: 'ended', by: 'signed_out' });
        const record = (await world.directory.describe(key()))?.record;
        expect(record).to.include({ source: 'web', startedAtMs: undefined, subject: ada() });
        const events = await world.events(key());
        expect(events.map(({ kind, by }) => `${kind} ${by}`)).to.deep.equal(['ended signed_out']);
        await world.passTime(DAY + HOUR);
        expect((await touch()).kind).to.equal('ended');
        await world.passTime(2 * DAY + HOUR);
        expect((await touch()).kind).to.equal('unknown');
      });

      it('ends no session of another subject', async () => {
        await openIt();
        expect(await end({ subject: bob() })).to.deep.equal({ kind: 'unknown' });
        expect((await touch()).kind).to.equal('live');
        expect((await end({ subject: ada() })).kind).to.equal('ended');
        await openIt('two', { subject: undefined });
        expect((await end({ key: key('two'), subject: bob() })).kind).to.equal('ended');
      });

      it('is written again with its first time, and never replaces a tombstone', async () => {
        await openIt();
        const first = (await nowMs()) - 2 * SECOND;
        expect(await end({ endedAtMs: first })).to.include({ kind: 'ended', endedAtMs: first });
        const later = { endedAtMs: first + SECOND, by: 'signed_out' };
        expect(await end(later)).to.deep.equal({
          kind: 'already',
          by: 'revoked',
          endedAtMs: first,
        });
        expect(await touch()).to.include({ kind: 'ended', by: 'revoked', endedAtMs: first });
        const unknown = { key: key('two'), unknown: 'tombstone', endedAtMs: first };
        expect(await end(unknown)).to.include({ kind: 'ended', endedAtMs: first });
      });

      it('is never in the future', async () => {
        const soon = (await nowMs()) + HOUR;
        await openIt();
        const ended = await end({ endedAtMs: soon });
        expect(ended)
          .to.have.property('endedAtMs')
          .that.is.below(soon - HOUR + MINUTE);
        const unknown = await end({ key: key('two'), unknown: 'tombstone', endedAtMs: soon });
        expect(unknown)
          .to.have.property('endedAtMs')
          .that.is.below(soon - HOUR + MINUTE);
      });
    });

    describe('the index of a subject', () => {
      it('has its sessions, the newest first, each once and with the time of its first entry', async () => {
        for (const session of ['one', 'two', 'three']) {
          expect(await enter(session)).to.deep.equal({ kind: 'entered' });
          await world.passTime(SECOND);
        }
        const before = await world.directory.subjectSessions(ada(), { limit: 9 });
        expect(await enter('one')).to.deep.equal({ kind: 'entered' });
        expect(await world.directory.subjectSessions(ada(), { limit: 9 })).to.deep.equal(before);
        expect(await indexed()).to.deep.equal([key('three'), key('two'), key('one')]);
        expect(await indexed(bob())).to.deep.equal([]);
      });

      it('is read in pages that leave nothing out', async () => {
        const sessions = Array.from({ length: 25 }, (_, index) => `${index}`);
        for (const [index, session] of sessions.entries()) {
          await enter(session);
          if (index % 5 === 4) await world.passTime(SECOND);
        }
        for (const limit of [1, 3, 5, 24, 25, 26]) {
          const found: string[] = [];
          let after: Parameters<StoreWorld['directory']['subjectSessions']>[1]['after'];
          for (let more = true; more;) {
            const page = await world.directory.subjectSessions(ada(), { after, limit });
            expect(page.entries.length).to.equal(Math.min(limit, 25 - found.length));
            found.push(...page.entries.map((entry) => entry.key));
            after = page.entries.at(-1);
            ({ more } = page);
          }
          expect(found, `${limit}`).to.deep.equal(await indexed());
          expect(new Set(found).size).to.equal(25);
        }
      });

      it('loses the sessions that leave, and no others', async () => {
        for (const session of ['one', 'two']) await enter(session);
        await enter('three', { subject: bob() });
        await world.directory.leave(ada(), [key('one'), key('three'), key('four')]);
        expect(await indexed()).to.deep.equal([key('two')]);
        expect(await indexed(bob())).to.deep.equal([key('three')]);
        await world.directory.leave(ada(), []);
      });
    });

    describe('the review of the index', () => {
      const review = async () => {
        let removed = 0;
        let cursor: string | undefined;
        do {
          const found = await world.directory.reviewIndex(cursor, 5_000);
          removed += found.removed;
          ({ cursor } = found);
        } while (cursor !== undefined);
        return removed;
      };

      // One test, since each review asks for some 16 000 indexes.
      it('takes out what has ended, has gone or is of another subject, and leaves the others', async function () {
        this.timeout(120_000);
        for (const session of ['live', 'ended', 'gone', 'renewed', 'bobs']) await enter(session);
        for (const session of ['live', 'ended']) await openIt(session);
        await openIt('bobs', { subject: bob() });
        await world.store.end({ key: key('ended'), source: sourceWith(), by: 'revoked' });
        expect(await review()).to.be.at.least(2);
        expect(await indexed()).to.have.members(
          ['live', 'gone', 'renewed'].map((each) => key(each)),
        );
        await world.passTime(DAY + SECOND);
        await enter('renewed');
        expect(await review()).to.be.at.least(1);
        expect(await indexed()).to.have.members(['live', 'renewed'].map((each) => key(each)));
        await world.passTime(2 * DAY);
        expect(await review()).to.be.at.least(2);
        expect(await indexed()).to.deep.equal([]);
      });

      it('finds an old entry still at its time if an end under way has to end it', async () => {
        await enter();
        await world.passTime(DAY + SECOND);
        const end = await begin();
        await world.passTime(SECOND);
        expect((await enter()).kind).to.equal('entered');
        const [entry] = (await world.directory.subjectSessions(ada(), { limit: 1 })).entries;
        expect(entry?.enteredAtMs).to.be.below(end.startedAtMs - DAY);
        const [pending = end] = (await state()).pending;
        await finishSubjectEnd(world, pending, { retentionMs: DAY });
        expect((await openIt()).kind).to.equal('ended');
      });
    });

    describe('the end of a subject', () => {
      it('ends each of its sessions, in its name, and empties the index', async () => {
        for (const session of ['one', 'two', 'three']) await enterAndOpen(session);
        await enter('bobs', { subject: bob() });
        await openIt('bobs', { subject: bob() });
        const found = await endAll({ by: 'signed_out' });
        expect(found).to.include({ ended: 3, enteredSince: 0 });
        for (const session of ['one', 'two', 'three']) {
          expect(await touch(session)).to.include({ kind: 'ended', by: 'signed_out' });
        }
        expect((await touch('bobs')).kind).to.equal('live');
        expect(await indexed()).to.deep.equal([]);
        expect(await indexed(bob())).to.deep.equal([key('bobs')]);
        expect((await state()).pending).to.deep.equal([]);
        expect(await endAll()).to.include({ ended: 0 });
      });

      it('ends more sessions than one page has', async () => {
        const sessions = Array.from({ length: 250 }, (_, index) => `${index}`);
        await Promise.all(sessions.map(enterAndOpen));
        expect(await endAll()).to.include({ ended: 250 });
        expect(await indexed()).to.deep.equal([]);
        const found = await Promise.all(sessions.map(async (session) => touch(session)));
        expect(found.every(({ kind }) => kind === 'ended')).to.equal(true);
      });

      it('leaves the session that is to go on, and its entry', async () => {
        for (const session of ['one', 'two']) await enterAndOpen(session);
        expect(await endAll({ except: key('two') })).to.include({ ended: 1 });
        expect((await touch('one')).kind).to.equal('ended');
        expect((await touch('two')).kind).to.equal('live');
        expect(await indexed()).to.deep.equal([key('two')]);
      });

      it('leaves sessions that entered later than was asked for, and counts them', async () => {
        await enterAndOpen('one');
        const enteredUntilMs = await nowMs();
        await world.passTime(SECOND);
        await enterAndOpen('two');
        const shift = await nowMs();
        // The time of the entry in Redis has moved with the time that passed.
        const movedMs = shift - enteredUntilMs < SECOND ? SECOND : 0;
        const found = await endAll({ enteredUntilMs: enteredUntilMs - movedMs });
        expect(found).to.include({ ended: 1, enteredSince: 1 });
        expect((await touch('two')).kind).to.equal('live');
      });

      it('ends a session that has entered and opens later', async () => {
        await enter();
        expect(await endAll()).to.include({ ended: 0 });
        expect(await openIt()).to.include({ kind: 'ended', by: 'revoked' });
        expect(await enter('two')).to.deep.equal({ kind: 'entered' });
        expect((await openIt('two')).kind).to.equal('live');
      });

      it('ends no session of another subject that was entered by mistake', async () => {
        await enter();
        await openIt('one', { subject: bob() });
        expect(await endAll()).to.include({ ended: 0 });
        expect((await touch()).kind).to.equal('live');
        expect(await indexed()).to.deep.equal([]);
      });

      it('is pending until it is finished, and then no more', async () => {
        await enterAndOpen();
        const end = await begin({ by: 'signed_out', except: key('two') });
        expect(end).to.include({ subject: ada(), by: 'signed_out', except: key('two') });
        expect(end.enteredUntilMs).to.equal(end.startedAtMs);
        expect((await state()).pending).to.deep.equal([end]);
        const other = await begin({ enteredUntilMs: end.startedAtMs - SECOND });
        expect(other.enteredUntilMs).to.equal(end.startedAtMs - SECOND);
        expect((await state()).pending).to.have.deep.members([end, other]);
        expect((await touch()).kind).to.equal('live');
        await finishSubjectEnd(world, end, { retentionMs: DAY });
        expect(await touch()).to.include({ kind: 'ended', by: 'signed_out' });
        expect((await state()).pending).to.deep.equal([other]);
        await finishSubjectEnd(world, other, { retentionMs: DAY });
        expect((await state()).pending).to.deep.equal([]);
      });

      it('is found by the sweeper when it is older than a second', async () => {
        const mine = async (olderThanMs: number) =>
          (await world.directory.pendingSubjects({ olderThanMs, max: 1_000 })).filter(
            ({ subject }) => subject === ada(),
          );
        const { startedAtMs } = await begin();
        expect(await mine(MINUTE)).to.deep.equal([]);
        await world.passTime(MINUTE);
        const [found, ...others] = await mine(MINUTE);
        if (found === undefined) throw new Error('not found');
        expect(others).to.deep.equal([]);
        expect(found.startedAtMs).to.be.at.most(startedAtMs);
        await world.directory.finishSubjectEnd(found);
        expect(await mine(MINUTE)).to.deep.equal([]);
      });

      it('is over for logins before it, also if they are seen for the first time', async () => {
        const before = (await nowMs()) - SECOND;
        const { startedAtMs } = await endAll();
        const expected = { kind: 'before', endedAtMs: startedAtMs };
        expect(await enter('one', { loginAtMs: before })).to.deep.equal(expected);
        expect(await enter('one', { loginAtMs: startedAtMs - 1 })).to.deep.equal(expected);
        expect(await enter('one', { loginAtMs: startedAtMs })).to.deep.equal({ kind: 'entered' });
        expect((await enter('two')).kind).to.equal('entered');
        expect((await state()).notBeforeMs).to.equal(startedAtMs);
      });

      it('never moves back from when on logins count', async () => {
        const { startedAtMs } = await endAll();
        await endAll({ startedAtMs: startedAtMs - HOUR });
        await endAll({ enteredUntilMs: startedAtMs - HOUR });
        expect((await state()).notBeforeMs).to.equal(startedAtMs);
      });

      it('is remembered as long as earlier logins may be presented', async () => {
        const { startedAtMs } = await endAll({ retentionMs: 3 * DAY });
        const loginAtMs = startedAtMs - 9 * DAY;
        const request = { loginAtMs, retentionMs: 3 * DAY };
        await world.passTime(3 * DAY);
        expect((await enter('one', request)).kind).to.equal('before');
        await world.passTime(3 * DAY);
        expect((await enter('one', request)).kind).to.equal('before');
        await world.passTime(4 * DAY + SECOND);
        expect((await enter('one', request)).kind).to.equal('entered');
      });
    });

    describe('a lock', () => {
      const lock = async (lastsMs: number | 'forever', request: Partial<EndSubjectRequest> = {}) =>
        endAll({ by: 'subject_locked', lock: { lastsMs }, ...request });
      const unlock = async (atMs?: number) =>
        world.directory.unlock({ subject: ada(), atMs, retentionMs: DAY });

      it('ends the sessions of its subject, and lets none enter', async () => {
        await enterAndOpen();
        const { startedAtMs, ended } = await lock(HOUR);
        expect(ended).to.equal(1);
        expect(await touch()).to.include({ kind: 'ended', by: 'subject_locked' });
        const locked = { kind: 'locked', untilMs: startedAtMs + HOUR };
        expect(await enter('two')).to.deep.equal(locked);
        expect(await enter('two', { loginAtMs: 0 })).to.deep.equal(locked);
        expect(await indexed()).to.deep.equal([]);
        expect((await enter('three', { subject: bob() })).kind).to.equal('entered');
      });

      it('ends by itself', async () => {
        await lock(HOUR);
        await world.passTime(HOUR - 5 * SECOND);
        expect((await enter()).kind).to.equal('locked');
        await world.passTime(5 * SECOND);
        expect((await enter()).kind).to.equal('entered');
        expect((await state()).lock).to.equal(undefined);
      });

      it('for ever lasts longer than anything is kept, until it is lifted', async () => {
        const { startedAtMs } = await lock('forever', {
          lock: { lastsMs: 'forever', reason: 'left "us" ü' },
        });
        const found = { lockedAtMs: startedAtMs, untilMs: 'forever', reason: 'left "us" ü' };
        expect((await state()).lock).to.deep.equal(found);
        await world.passTime(400 * DAY);
        expect(await enter()).to.deep.equal({ kind: 'locked', untilMs: 'forever' });
        const lifted = await unlock();
        expect(lifted.lock).to.equal(undefined);
        expect((await enter()).kind).to.equal('entered');
      });

      it('that lasts longer than credentials is kept as long as it lasts', async () => {
        await lock(30 * DAY);
        await world.passTime(30 * DAY - MINUTE);
        expect((await enter()).kind).to.equal('locked');
        await world.passTime(2 * MINUTE);
        expect((await enter()).kind).to.equal('entered');
      });

      it('is kept by an end without one, and replaced by a later lock', async () => {
        await lock('forever');
        await endAll();
        expect((await enter()).kind).to.equal('locked');
        const { startedAtMs } = await lock(HOUR);
        expect(await enter()).to.deep.equal({ kind: 'locked', untilMs: startedAtMs + HOUR });
      });

      it('and an unlock at the same instant count in the order in which they came', async () => {
        for (let turn = 0; turn < 5; turn += 1) {
          await lock(HOUR);
          expect((await enter()).kind).to.equal('locked');
          await unlock();
          expect((await enter(`${turn}`)).kind).to.equal('entered');
        }
      });

      it('that is written again counts only if nothing later is known', async () => {
        const first = await lock('forever');
        await world.passTime(SECOND);
        const lifted = await unlock();
        const again = { startedAtMs: first.startedAtMs - SECOND };
        await lock('forever', again);
        expect((await state()).lock).to.equal(undefined);
        await lock('forever', { startedAtMs: lifted.nowMs + HOUR });
        expect((await state()).lock).to.include({ untilMs: 'forever' });
        await unlock(first.startedAtMs - SECOND);
        expect((await state()).lock).to.include({ untilMs: 'forever' });
      });

      it('is unknown of a subject that was never locked', async () => {
        const found = await unlock();
        expect(found).to.deep.include({ lock: undefined, notBeforeMs: undefined, pending: [] });
        expect((await enter()).kind).to.equal('entered');
      });
    });
  });
}
