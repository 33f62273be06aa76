import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EndRequest } from '../../../src/session/end-request.ts';
import type { EnterRequest, SubjectEndRequest } from '../../../src/session/session-directory.ts';
import type { LoginVisit } from '../../../src/session/session-store.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startReplicatedRedis } from '../../support/redis/replicated-redis.ts';
import type { ReplicatedRedis } from '../../support/redis/replicated-redis.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import {
  keyOf,
  sourceWith,
  subjectOf,
  touchOf,
  visitOf,
} from '../../support/store/store-requests.ts';
import { announceAbilities, openAsCurfew, untilUp } from '../../support/store/store-world.ts';
import { eventually } from '../../support/time/eventually.ts';
import { touched } from '../../support/store/touched.ts';

/** A loaded machine may be this late. */
const PATIENT_MS = 1_000;

const open = (name: string) => ({
  ...touchOf(name),
  opening: 'first-use' as const,
  startedAtMs: undefined,
});
const end = (name: string, part: Partial<EndRequest> = {}): EndRequest => ({
  key: keyOf(name),
  source: sourceWith(),
  by: 'revoked',
  ...part,
});

const DAY_MS = 86_400_000;
const LOCKED_MS = 3_600_000;
const SUBJECT = subjectOf('leaver');

const endSubject = (): SubjectEndRequest => ({
  subject: SUBJECT,
  by: 'revoked',
  retentionMs: DAY_MS,
});
const lock = (): SubjectEndRequest => ({
  ...endSubject(),
  by: 'subject_locked',
  lock: { lastsMs: LOCKED_MS, reason: 'has left' },
});
const entry = (part: Partial<EnterRequest> = {}): EnterRequest => ({
  subject: SUBJECT,
  session: keyOf('one'),
  retentionMs: DAY_MS,
  ...part,
});

describe('what a new primary lacks', function () {
  this.timeout(60_000);
  const closers: (() => Promise<void>)[] = [];
  let redis: ReplicatedRedis;
  let seen: StoreJournal;
  let opened: OpenedStore;

  before(async function () {
    await redisServerOrSkip(this);
  });
  beforeEach(async () => {
    redis = await startReplicatedRedis();
    closers.push(() => redis.close());
    seen = new StoreJournal();
    opened = await openOn(seen);
  });
  afterEach(async () => {
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.splice(0).toReversed()) await close();
  });

  async function openOn(observer: StoreJournal): Promise<OpenedStore> {
    const store = await openAsCurfew(redis, { observer, commandTimeoutMs: PATIENT_MS });
    closers.push(() => store.close());
    await announceAbilities(store);
    return store;
  }

  /** Sessions that the replica has, too. */
  async function openSessions(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await opened.store.open(open(name));
      const session = partitionOf(keyOf(name)).session(keyOf(name));
      await eventually(
        'it on the replica',
        async () => (await redis.replicas[0]?.exists(session)) === 1,
      );
    }
  }

  async function failOver(): Promise<void> {
    await redis.failOver();
    await eventually('a change of the primary', () => seen.primaryChanges.length > 0);
    await untilUp(opened);
  }

  const writtenAgain = async () =>
    eventually('everything written again', () => seen.writtenAgainCounts.length > 0);

  const endsReported = () => seen.written.filter(({ kind }) => kind === 'ended').length;

  const signingIn = () => visitOf('one', { endLimits: [], maySignOut: true });

  async function expectNoAnswer(visit: LoginVisit): Promise<void> {
    const fault = await opened.store.visitLogin(visit).catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(Error);
  }

  const stateOf = async (name: string) => touched(opened.store, touchOf(name));

  describe('is written again:', () => {
    it('an end by administration, with its first time and reason', async () => {
      await openSessions('one');
      redis.cutLink();
      const ended = await opened.administration.store.end(end('one', { by: 'signed_out' }));
      expect(await opened.administration.confirm()).to.equal('unconfirmed');
      await sleep(20); // so that a new time would differ
      await failOver();
      await writtenAgain();
      if (ended.kind !== 'ended') throw new Error(ended.kind);
      const { endedAtMs } = ended;
      expect(await stateOf('one')).to.include({ kind: 'ended', by: 'signed_out', endedAtMs });
      expect(endsReported(), 'reported once').to.equal(1);
    });

    it('an end by a check, of a credential that was not seen before', async () => {
      redis.cutLink();
      await opened.store.end(end('one', { by: 'signed_out', unknown: 'tombstone' }));
      await failOver();
      await writtenAgain();
      expect(await stateOf('one')).to.include({ kind: 'ended', by: 'signed_out' });
    });

    it('an end of a session that the new primary never had', async () => {
      redis.cutLink();
      await opened.store.open(open('one'));
      await opened.store.end(end('one'));
      await failOver();
      await writtenAgain();
      expect(await opened.store.open(open('one'))).to.include({ kind: 'ended', by: 'revoked' });
    });

    it('the end of a session whose user signed in again', async () => {
      await openSessions('one');
      await touched(opened.store, touchOf('one', { onExpiry: 'challenge', absoluteTimeoutMs: 0 }));
      redis.cutLink();
      expect(await opened.store.visitLogin(signingIn())).to.include({ kind: 'ended' });
      await failOver();
      await writtenAgain();
      expect(await stateOf('one')).to.include({ kind: 'ended', by: 'signed_out' });
    });

    it('the same, if its answer was lost: the store is asked what came of it', async () => {
      await openSessions('one');
      await touched(opened.store, touchOf('one', { onExpiry: 'challenge', absoluteTimeoutMs: 0 }));
      redis.cutLink();
      redis.primaryServer.pause();
      await expectNoAnswer(signingIn());
      redis.primaryServer.resume();
      await eventually('a look at the session', () =>
        seen.calls.some(({ call, outcome }) => call === 'login' && outcome === 'ended'),
      );
      await failOver();
      await writtenAgain();
      expect(await stateOf('one')).to.include({ kind: 'ended', by: 'signed_out' });
    });

    it('an end that got no answer, with about the time when it was sent', async () => {
      await openSessions('one');
      redis.primaryServer.pause();
      const sentAtMs = Date.now();
      const fault = await opened.store.end(end('one')).catch((error: unknown) => error);
      expect(fault).to.be.instanceOf(Error);
      await failOver();
      await writtenAgain();
      const writtenAtMs = Date.now();
      const state = await stateOf('one');
      if (state.kind !== 'ended') throw new Error(state.kind);
      // Not the time at which it was written again. A call takes longer on a busy machine.
      expect(state.endedAtMs).to.be.within(sentAtMs - 100, (sentAtMs + writtenAtMs) / 2);
      expect(endsReported(), 'reported when it is known').to.equal(1);
    });

    it('whatever the new primary refuses at first', async () => {
      await openSessions('one');
      redis.cutLink();
      await opened.store.end(end('one'));
      await redis.replicas[0]?.config('SET', 'min-replicas-to-write', '1');
      await failOver();
      await sleep(700); // longer than one pause between attempts
      expect(seen.writtenAgainCounts).to.deep.equal([]);
      await redis.replicas[0]?.config('SET', 'min-replicas-to-write', '0');
      await writtenAgain();
      expect(await stateOf('one')).to.include({ kind: 'ended', by: 'revoked' });
    });

    it('everything but a key that Curfew did not write', async () => {
      redis.cutLink();
      await opened.store.end(end('one', { unknown: 'tombstone' }));
      await opened.store.end(end('two', { unknown: 'tombstone' }));
      const session = partitionOf(keyOf('two')).session(keyOf('two'));
      await redis.replicas[0]?.config('SET', 'replica-read-only', 'no');
      await redis.replicas[0]?.set(session, 'of another');
      await failOver();
      await writtenAgain();
      expect(await stateOf('one')).to.include({ kind: 'ended' });
    });

    it('ten thousand ends, while checks are answered', async () => {
      await openSessions('other');
      redis.cutLink();
      const names = Array.from({ length: 10_000 }, (_, index) => `session ${index}`);
      for (let from = 0; from < names.length; from += 100) {
        await Promise.all(
          names
            .slice(from, from + 100)
            .map(async (name) => opened.store.end(end(name, { unknown: 'tombstone' }))),
        );
      }
      await failOver();
      let checks = 0;
      while (seen.writtenAgainCounts.length === 0) {
        expect((await stateOf('other')).kind).to.equal('live');
        checks += 1;
      }
      expect(checks).to.be.above(10);
      expect(await stateOf('session 0')).to.include({ kind: 'ended' });
      expect(await stateOf('session 9999')).to.include({ kind: 'ended' });
    });
  });

  describe('is written again of a subject:', () => {
    it('its lock, what is pending, and from when on logins count, with their first time', async () => {
      redis.cutLink();
      const { administration, directory } = opened;
      const { startedAtMs } = await administration.directory.beginSubjectEnd(lock());
      await sleep(20); // so that a new time would differ
      await failOver();
      await writtenAgain();
      const state = await directory.subjectState(SUBJECT);
      expect(state.lock).to.include({ lockedAtMs: startedAtMs, untilMs: startedAtMs + LOCKED_MS });
      expect(state.notBeforeMs).to.equal(startedAtMs);
      expect(state.pending.map((pending) => pending.startedAtMs)).to.deep.equal([startedAtMs]);
      expect(await directory.enter(entry())).to.include({ kind: 'locked' });
    });

    it('an end that refuses earlier logins', async () => {
      redis.cutLink();
      const { administration, directory } = opened;
      const { startedAtMs } = await administration.directory.beginSubjectEnd(endSubject());
      await failOver();
      await writtenAgain();
      const { lock: locked } = await directory.subjectState(SUBJECT);
      expect(locked).to.equal(undefined);
      const found = await directory.enter(entry({ loginAtMs: startedAtMs - 1 }));
      expect(found).to.deep.equal({ kind: 'before', endedAtMs: startedAtMs });
      expect(await directory.enter(entry({ loginAtMs: startedAtMs }))).to.include({
        kind: 'entered',
      });
    });

    it('a lock that got no answer, with about the time when it was sent', async () => {
      await opened.administration.confirm(); // opens its connection
      redis.primaryServer.pause();
      const sentAtMs = Date.now();
      const fault = await opened.administration.directory
        .beginSubjectEnd(lock())
        .catch((error: unknown) => error);
      expect(fault).to.be.instanceOf(Error);
      await failOver();
      await writtenAgain();
      const writtenAtMs = Date.now();
      const { lock: locked } = await opened.directory.subjectState(SUBJECT);
      expect(locked?.lockedAtMs).to.be.within(sentAtMs - 100, (sentAtMs + writtenAtMs) / 2);
    });

    it('an unlock, after a lock that the new primary has', async () => {
      const { administration, directory } = opened;
      await administration.directory.beginSubjectEnd(lock());
      expect(await administration.confirm()).to.equal('confirmed');
      redis.cutLink();
      await administration.directory.unlock({ subject: SUBJECT, retentionMs: DAY_MS });
      await failOver();
      await writtenAgain();
      expect((await directory.subjectState(SUBJECT)).lock).to.equal(undefined);
      expect(await directory.enter(entry())).to.include({ kind: 'entered' });
    });

    it('an unlock with its own time, however late its answer came', async () => {
      const { directory } = opened;
      await directory.beginSubjectEnd(lock());
      const { unlockedAtMs } = await directory.unlock({ subject: SUBJECT, retentionMs: DAY_MS });
      // A lock that comes between an unlock and its answer is later, and stays.
      const later = { ...lock(), startedAtMs: unlockedAtMs + 1 };
      await directory.beginSubjectEnd(later);
      const atMs = unlockedAtMs;
      const again = await directory.unlock({ subject: SUBJECT, atMs, retentionMs: DAY_MS });
      expect(again.unlockedAtMs).to.equal(unlockedAtMs);
      expect(again.lock).to.not.equal(undefined);
    });

    it('not its lock over a later unlock by another process', async () => {
      const { administration, directory } = opened;
      await administration.directory.beginSubjectEnd(lock());
      const other = await openOn(new StoreJournal());
      await other.administration.directory.unlock({ subject: SUBJECT, retentionMs: DAY_MS });
      expect(await other.administration.confirm()).to.equal('confirmed');
      await other.close();
      redis.cutLink();
      await failOver();
      await writtenAgain();
      expect((await directory.subjectState(SUBJECT)).lock).to.equal(undefined);
    });
  });

  describe('is not written again:', () => {
    it('an end of a process that is gone: this is what the ledger is for', async () => {
      await openSessions('one');
      const gone = await openOn(new StoreJournal());
      redis.cutLink();
      await gone.store.end(end('one'));
      await gone.close();
      await failOver();
      expect(await stateOf('one')).to.include({ kind: 'live' });
    });

    it('an end that found no session', async () => {
      await openSessions('other');
      redis.cutLink();
      expect(await opened.store.end(end('one'))).to.deep.equal({ kind: 'unknown' });
      await failOver();
      await writtenAgain();
      expect(seen.writtenAgainCounts).to.deep.equal([0]);
      expect(await stateOf('one')).to.include({ kind: 'unknown' });
      expect(await opened.store.open(open('one'))).to.include({ kind: 'live' });
    });

    it('a sign-out by a visit of a login that never reached the store', async () => {
      await openSessions('one');
      await touched(opened.store, touchOf('one', { onExpiry: 'challenge', absoluteTimeoutMs: 0 }));
      redis.cutLink();
      redis.primaryServer.pause();
      await expectNoAnswer(signingIn());
      await failOver();
      await writtenAgain();
      expect(await stateOf('one')).to.include({ kind: 'live' });
    });

    it('an end by a limit: the rule finds it again', async () => {
      await openSessions('one');
      redis.cutLink();
      await touched(opened.store, touchOf('one', { absoluteTimeoutMs: 0 }));
      await failOver();
      expect(await stateOf('one')).to.include({ kind: 'live' });
    });

    it('over a tombstone that is there', async () => {
      await openSessions('one');
      redis.cutLink();
      await opened.store.end(end('one', { by: 'signed_out' }));
      const session = partitionOf(keyOf('one')).session(keyOf('one'));
      await redis.primaryServer.kill();
      await redis.replicas[0]?.replicaof('NO', 'ONE');
      await redis.replicas[0]?.hset(session, 'e', '1000', 'w', 'idle');
      await failOver();
      await writtenAgain();
      expect(await stateOf('one')).to.include({ kind: 'ended', by: 'idle', endedAtMs: 1_000 });
    });
  });
});
