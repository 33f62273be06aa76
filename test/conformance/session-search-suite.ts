import { expect } from 'chai';
import type { SessionKey } from '../../src/session/session-key.ts';
import { tagOf } from '../../src/session/session-key.ts';
import type { OpenRequest } from '../../src/session/session-store.ts';
import { keyOf, sourceWith, touchOf } from '../support/store/store-requests.ts';
import type { StoreWorld } from '../support/store/store-world.ts';
import { touched } from '../support/store/touched.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How every store finds sessions, and what limits of their own do. */
export function describeSessionSearch(name: string, open: () => Promise<StoreWorld>): void {
  describe(`the search for sessions: ${name}`, () => {
    let world: StoreWorld;
    let test = 0;

    before(async () => {
      world = await open();
    });
    after(async () => world.close());
    beforeEach(() => {
      test += 1;
    });

    const key = (session = 'one'): SessionKey => keyOf(`${name} search ${test} ${session}`);
    const source = () => sourceWith({ source: `source ${test}` });
    const openIt = async (session = 'one', request: Partial<OpenRequest> = {}) =>
      world.store.open({
        ...touchOf(''),
        source: source(),
        key: key(session),
        opening: 'first-use',
        startedAtMs: undefined,
        ...request,
      });
    const touch = async (rule: Parameters<typeof touchOf>[1] = {}) =>
      touched(world.store, { ...touchOf('', rule), source: source(), key: key() });
    const end = async (session = 'one') =>
      world.store.end({ key: key(session), source: source(), by: 'revoked' });
    const sweep = async () =>
      world.sweeper.sweep(new Map([[`source ${test}`, source()]]), 1_000_000);

    it('finds no record of an unknown session', async () => {
      expect(await world.directory.describe(key())).to.equal(undefined);
    });

    it('describes a live session whole, and presents nothing by that', async () => {
      await openIt();
      await world.passTime(2 * MINUTE);
      await touch();
      await world.passTime(8 * MINUTE);
      await touch({ idleTimeoutMs: 7 * MINUTE, onExpiry: 'challenge' });
      const found = await world.directory.describe(key());
      if (found?.record.kind !== 'live') throw new Error('not live');
      const { record, nowMs } = found;
      const none = { subject: undefined, subjectName: undefined, ownLimits: undefined };
      expect(record).to.include({ kind: 'live', source: `source ${test}`, ...none });
      expect(record.longestGapMs).to.be.within(2 * MINUTE, 2 * MINUTE + 5_000);
      expect(nowMs - record.startedAtMs).to.be.within(10 * MINUTE, 10 * MINUTE + 5_000);
      expect(nowMs - record.lastActivityAtMs).to.be.within(8 * MINUTE, 8 * MINUTE + 5_000);
      expect(nowMs - (record.challengedAtMs ?? 0)).to.be.within(0, 5_000);
      await world.passTime(2 * DAY);
      expect(await world.directory.describe(key())).to.equal(undefined);
    });

    it('finds a session by its tag, live or ended, and no other', async () => {
      await openIt('one');
      await openIt('two');
      const keys = async (session: string) => world.directory.keysWithTag(tagOf(key(session)), 2);
      expect(await keys('one')).to.deep.equal([key('one')]);
      await end('one');
      expect(await keys('one')).to.deep.equal([key('one')]);
      expect(await keys('two')).to.deep.equal([key('two')]);
      expect(await keys('three')).to.deep.equal([]);
    });

    it('finds two sessions with the same tag, and no more than it is asked for', async () => {
      const twin = (last: string): SessionKey => `${key().slice(0, 42)}${last}` as SessionKey;
      for (const last of ['A', 'E', 'I']) await openIt('', { key: twin(last) });
      await world.store.end({ key: twin('E'), source: source(), by: 'revoked' });
      const found = await world.directory.keysWithTag(tagOf(key()), 9);
      expect(found).to.have.members(['A', 'E', 'I'].map(twin));
      expect(await world.directory.keysWithTag(tagOf(key()), 2)).to.have.lengthOf(2);
    });

    it('walks over the live sessions of a source, in pages', async () => {
      const sessions = Array.from({ length: 30 }, (_, index) => `${index}`);
      for (const session of sessions) await openIt(session);
      await openIt('other', { source: sourceWith({ source: 'other' }) });
      await end('7');
      const live = sessions.filter((session) => session !== '7').map((session) => key(session));
      for (const limit of [1, 4, 29, 30, 100]) {
        const found: SessionKey[] = [];
        let cursor: string | undefined;
        do {
          const page = await world.directory.sourceSessions(`source ${test}`, { cursor, limit });
          expect(page.keys.length).to.be.at.most(limit);
          found.push(...page.keys);
          ({ cursor } = page);
        } while (cursor !== undefined);
        expect(found, `${limit}`).to.have.members(live);
        expect(found).to.have.lengthOf(29);
      }
    });

    it('counts the live sessions of each source', async () => {
      const count = async () => (await world.directory.activeSessions()).get(`source ${test}`) ?? 0;
      expect(await count()).to.equal(0);
      for (const session of ['one', 'two', 'three', 'four']) await openIt(session);
      expect(await count()).to.equal(4);
      await openIt('one');
      await end('one');
      await end('one');
      expect(await count()).to.equal(3);
      const unknown = { key: key('never'), source: source(), by: 'revoked' } as const;
      await world.store.end({ ...unknown, unknown: 'tombstone' });
      expect(await count()).to.equal(3);
      await world.passTime(5 * MINUTE);
      await touched(world.store, { ...touchOf(''), source: source(), key: key('two') });
      expect(await count()).to.equal(2);
      await sweep();
      expect(await count()).to.equal(0);
    });

    describe('limits of its own', () => {
      const own = { idleTimeoutMs: 2 * MINUTE, absoluteTimeoutMs: 20 * MINUTE };

      it('end a session in time, for every policy', async () => {
        const ownLimits = { ...own, absoluteTimeoutMs: undefined };
        const opened = await openIt('one', { ownLimits });
        expect(opened).to.have.nested.property('clocks.ownLimits').that.deep.equals(ownLimits);
        await world.passTime(MINUTE);
        expect(await touch())
          .to.have.nested.property('clocks.ownLimits')
          .that.deep.equals(ownLimits);
        await world.passTime(2 * MINUTE);
        const off = { idleTimeoutMs: undefined, absoluteTimeoutMs: undefined };
        for (const onExpiry of ['keep', 'end'] as const) {
          const found = await touch({ ...off, onExpiry });
          expect(found).to.include({ kind: 'expired', by: 'idle' });
          expect(found).to.have.nested.property('clocks.ownLimits').that.deep.equals(ownLimits);
        }
        expect(await touch(off)).to.include({ kind: 'ended', by: 'idle' });
      });

      it('end a session by age, also if it is active', async () => {
        await openIt('one', {
          ownLimits: { idleTimeoutMs: undefined, absoluteTimeoutMs: 8 * MINUTE },
        });
        for (let turn = 0; turn < 3; turn += 1) {
          await world.passTime(2 * MINUTE);
          expect((await touch()).kind).to.equal('live');
        }
        await world.passTime(2 * MINUTE);
        expect(await touch()).to.include({ kind: 'expired', by: 'absolute' });
      });

      it('never loosen what a policy says', async () => {
        await openIt('one', { ownLimits: { idleTimeoutMs: HOUR, absoluteTimeoutMs: 9 * HOUR } });
        await world.passTime(5 * MINUTE);
        expect(await touch()).to.include({ kind: 'expired', by: 'idle' });
      });

      it('are known to visits of a login, to the sweeper and to whoever describes the session', async () => {
        await openIt('one', { ownLimits: own });
        await openIt('two', { ownLimits: own });
        const record = (await world.directory.describe(key()))?.record;
        expect(record).to.have.property('ownLimits').that.deep.equals(own);
        const endLimits = [{ policy: 'p', idleTimeoutMs: HOUR, absoluteTimeoutMs: undefined }];
        const visit = { key: key(), source: source(), endLimits, mayEnd: true, maySignOut: false };
        const found = await world.store.visitLogin(visit);
        expect(found).to.have.nested.property('clocks.ownLimits').that.deep.equals(own);
        await world.passTime(3 * MINUTE);
        expect((await world.store.visitLogin(visit)).kind).to.equal('ended');
        await sweep();
        const [, ended] = await world.events(key('two'));
        expect(ended).to.include({ kind: 'ended', by: 'idle' });
        expect((await world.directory.describe(key('two')))?.record.kind).to.equal('tombstone');
      });
    });
  });
}
