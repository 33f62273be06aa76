import { expect } from 'chai';
import type { Timeouts } from '../../src/terms/timeouts.ts';
import type { TouchOutcome } from '../../src/session/touch-outcome.ts';
import type {
  LoginVisit,
  OpenRequest,
  SourceRule,
  TouchRule,
} from '../../src/session/session-store.ts';
import { StoreUnavailable } from '../../src/session/session-store.ts';
import { keyOf, sourceWith, touchOf, visitOf } from '../support/store/store-requests.ts';
import type { StoreWorld } from '../support/store/store-world.ts';
import { touched } from '../support/store/touched.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * What every store does. Idle is 5 minutes, absolute 1 hour. All times are at least a second away from
 * the limits, so that a store whose clock runs on gives the same answers. The limits themselves are
 * tested where the clock can stand still.
 */
export function describeSessionStore(name: string, open: () => Promise<StoreWorld>): void {
  describe(`session store: ${name}`, () => {
    let world: StoreWorld;
    let session = '';
    let sessions = 0;

    before(async () => {
      world = await open();
    });
    after(async () => world.close());
    beforeEach(() => {
      session = `session ${(sessions += 1)}`;
    });

    const key = () => keyOf(session);
    const touch = async (rule: Partial<TouchRule> = {}, source: Partial<SourceRule> = {}) =>
      touched(world.store, touchOf(session, rule, source));
    const openIt = async (request: Partial<OpenRequest> = {}) =>
      world.store.open({
        ...touchOf(session),
        opening: 'first-use',
        startedAtMs: undefined,
        ...request,
      });
    const end = async () => world.store.end({ key: key(), source: sourceWith(), by: 'revoked' });
    const signOut = async () =>
      world.store.end({ key: key(), source: sourceWith(), by: 'signed_out' });
    const visit = async (how: Partial<LoginVisit> = {}) =>
      world.store.visitLogin({ ...visitOf(session), ...how });
    const reported = async () => (await world.events(key())).map(({ kind, by }) => `${kind} ${by}`);
    const nowMs = async () => {
      const outcome = await touched(world.store, touchOf('never opened'));
      return outcome.kind === 'unknown' ? outcome.nowMs : NaN;
    };
    const sweep = async (source: Partial<SourceRule> = {}, more: SourceRule[] = []) => {
      const rules = [sourceWith(source), ...more].map((rule) => [rule.source, rule] as const);
      const report = await world.sweeper.sweep(new Map(rules), 100_000);
      expect(report.more).to.equal(false);
      return report;
    };

    describe('claims of a name', () => {
      it('are settled by the first call, for each credential separately', async () => {
        const at = key();
        const [first, second] = [keyOf(`${session} first`), keyOf(`${session} second`)];
        const settled = await world.store.claim(at, first);
        expect(settled.name).to.equal(first);
        expect(await world.store.claim(at, second)).to.deep.include(settled);
        expect(await world.store.claim(at, first)).to.deep.include(settled);
        expect(await world.store.claim(second, second)).to.include({ name: second });
      });

      it('of many calls at once give one name', async () => {
        const names = Array.from({ length: 8 }, (_, index) => keyOf(`${session} ${index}`));
        const settled = await Promise.all(names.map((one) => world.store.claim(key(), one)));
        expect(new Set(settled.map((claim) => `${claim.name} ${claim.token}`)).size).to.equal(1);
      });

      it('open nothing', async () => {
        await world.store.claim(key(), key());
        expect((await touch()).kind).to.equal('unknown');
        expect(await reported()).to.deep.equal([]);
      });

      it('are not used in their last seconds, when another could replace them', async () => {
        await world.store.claim(key(), key());
        await world.passTime(MINUTE - 16 * SECOND);
        expect(await world.store.claim(key(), key())).to.include({ name: key() });
        await world.passTime(2 * SECOND);
        await expectRefused(world.store.claim(key(), key()));
      });
    });

    describe('an opening with a claim', () => {
      const opening = (claim: string): Promise<TouchOutcome> => openIt({ claim });
      const claimed = async (settled = key()): Promise<string> =>
        (await world.store.claim(key(), settled)).token;

      it('opens under the name that is settled', async () => {
        expect(await opening(await claimed())).to.include({ kind: 'live', opened: true });
      });

      it('is refused while another name is settled, and writes nothing', async () => {
        await expectRefused(opening(await claimed(keyOf(`${session} other`))));
        expect((await touch()).kind).to.equal('unknown');
        expect(await reported()).to.deep.equal([]);
      });

      it('is refused after a minute, when another name may have been settled since', async () => {
        const claim = await claimed();
        await world.passTime(MINUTE + SECOND);
        await expectRefused(opening(claim));
        expect((await touch()).kind).to.equal('unknown');
      });

      it('is refused under a later claim of the same name', async () => {
        const claim = await claimed();
        await world.passTime(MINUTE + SECOND);
        const later = await claimed();
        expect(later).to.not.equal(claim);
        await expectRefused(opening(claim));
        expect(await opening(later)).to.include({ kind: 'live', opened: true });
      });

      it('keeps the claim for another minute, for checks that have looked before it', async () => {
        const claim = await claimed();
        await world.passTime(MINUTE - SECOND);
        await opening(claim);
        await world.passTime(2 * SECOND);
        const still = await world.store.claim(key(), keyOf(`${session} other`));
        expect(still).to.deep.include({ name: key(), token: claim });
      });

      it('finds a session that is there, whatever became of the claim', async () => {
        await openIt();
        expect(await opening('gone')).to.include({ kind: 'live', opened: false });
        await end();
        expect(await opening('gone')).to.include({ kind: 'ended', by: 'revoked' });
      });
    });

    describe('unknown sessions', () => {
      it('stay unknown, however often they are touched, and leave no trace', async () => {
        expect((await touch()).kind).to.equal('unknown');
        expect((await touch()).kind).to.equal('unknown');
        expect(await reported()).to.deep.equal([]);
      });

      it('cannot be ended, and are not marked as ended', async () => {
        expect(await end()).to.deep.equal({ kind: 'unknown' });
        expect((await openIt()).kind).to.equal('live');
      });
    });

    describe('opening', () => {
      it('creates a session that the next touch finds', async () => {
        expect(await openIt()).to.include({ kind: 'live', opened: true, activity: 'moved' });
        expect(await touch()).to.include({ kind: 'live', opened: false, activity: 'moved' });
        expect(await reported()).to.deep.equal(['opened first-use']);
      });

      it('reports policy and source with any characters in their names', async () => {
        const source = { source: 'Stra\u00DFe \u20AC' };
        const policy = 'Gr\u00F6\u00DFe \u{1F511}';
        await openIt({ source: sourceWith(source) });
        await touch({ policy, absoluteTimeoutMs: 0 }, source);
        const [opened, ended] = await world.events(key());
        expect(opened).to.include(source);
        expect(ended).to.include({ ...source, policy, by: 'absolute' });
      });

      it('reports how the session was opened, and by which policy', async () => {
        await openIt({ opening: 'registered' });
        const [event] = await world.events(key());
        expect(event).to.include({
          kind: 'opened',
          by: 'registered',
          source: 'web',
          policy: 'default',
          session: key(),
        });
      });

      it('is only a touch the second time: the start stays', async () => {
        await openIt();
        await world.passTime(4 * MINUTE);
        const again = await openIt({ startedAtMs: await nowMs() });
        expect(again).to.include({ kind: 'live', opened: false });
        expect(again)
          .to.have.nested.property('clocks.longestGapMs')
          .that.is.at.least(4 * MINUTE);
        expect(await reported()).to.have.length(1);
      });

      it('starts at the login that the credential proves', async () => {
        const loginAtMs = (await nowMs()) - 10 * MINUTE;
        const opened = await openIt({ startedAtMs: loginAtMs });
        expect(opened).to.have.nested.property('clocks.startedAtMs', loginAtMs);
        expect(opened).to.have.nested.property('clocks.longestGapMs', 0);
      });

      it('never starts in the future', async () => {
        const opened = await openIt({ startedAtMs: (await nowMs()) + 5 * MINUTE });
        expect(
          opened.kind === 'live' && opened.clocks.startedAtMs === opened.clocks.nowMs,
        ).to.equal(true);
        const { kind } = await touch();
        expect(kind).to.equal('live');
        expect(opened)
          .to.have.nested.property('clocks.nowMs')
          .that.is.at.most(await nowMs());
      });

      it('denies a login that is too old, at once and for ever', async () => {
        const opened = await openIt({ startedAtMs: (await nowMs()) - HOUR });
        expect(opened).to.include({
          kind: 'expired',
          by: 'absolute',
          effect: 'ended',
          opened: true,
        });
        expect(await openIt()).to.include({ kind: 'ended', by: 'absolute' });
        expect(await reported()).to.deep.equal(['opened first-use', 'ended absolute']);
      });
    });

    describe('timeouts', () => {
      it('activity keeps a session alive past its idle timeout', async () => {
        await openIt();
        for (let step = 0; step < 5; step += 1) {
          await world.passTime(4 * MINUTE);
          expect((await touch()).kind).to.equal('live');
        }
      });

      it('silence ends it, with one event however often it is touched', async () => {
        await openIt();
        await world.passTime(5 * MINUTE);
        expect(await touch()).to.include({ kind: 'expired', by: 'idle', effect: 'ended' });
        expect(await touch()).to.include({ kind: 'ended', by: 'idle' });
        expect(await touch()).to.include({ kind: 'ended', by: 'idle' });
        expect(await reported()).to.deep.equal(['opened first-use', 'ended idle']);
      });

      it('the end is reported at the instant of the limit', async () => {
        const opened = await openIt();
        const atMs = opened.kind === 'live' ? opened.clocks.lastActivityAtMs : NaN;
        await world.passTime(7 * MINUTE);
        const found = await touch();
        // The time of the opening in the store has moved with the time that passed.
        const lastAtMs = found.kind === 'expired' ? found.clocks.lastActivityAtMs : NaN;
        expect((await world.events(key()))[1]?.atMs).to.equal(lastAtMs + 5 * MINUTE);
        expect(await touch()).to.include({ endedAtMs: lastAtMs + 5 * MINUTE });
        expect(lastAtMs).to.be.at.most(atMs);
      });

      it('passive requests do not keep it alive', async () => {
        await openIt();
        for (const minutes of [2, 2]) {
          await world.passTime(minutes * MINUTE);
          expect(await touch({ countsAsActivity: false })).to.include({ activity: 'passive' });
        }
        await world.passTime(MINUTE);
        expect(await touch({ countsAsActivity: false })).to.include({
          kind: 'expired',
          by: 'idle',
        });
      });

      it('age ends it although there is activity', async () => {
        await openIt();
        for (let step = 0; step < 14; step += 1) {
          await world.passTime(4 * MINUTE);
          expect((await touch()).kind).to.equal('live');
        }
        await world.passTime(4 * MINUTE);
        expect(await touch()).to.include({ kind: 'expired', by: 'absolute' });
        expect(await reported()).to.deep.equal(['opened first-use', 'ended absolute']);
      });

      it('the limit that came first names the reason', async () => {
        await openIt();
        await world.passTime(2 * HOUR);
        expect(await touch()).to.include({ kind: 'expired', by: 'idle' });
      });

      it('a limit that is off is never reached', async () => {
        await openIt();
        await world.passTime(HOUR - MINUTE);
        expect((await touch({ idleTimeoutMs: undefined })).kind).to.equal('live');
        await world.passTime(2 * HOUR);
        const off: Timeouts = { idleTimeoutMs: undefined, absoluteTimeoutMs: undefined };
        expect((await touch(off)).kind).to.equal('live');
      });

      it('a pause under one policy still counts for another', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        expect((await touch({ idleTimeoutMs: HOUR })).kind).to.equal('live');
        expect(await touch()).to.include({ kind: 'expired', by: 'idle', effect: 'ended' });
      });

      it('a tightened policy applies to the next request, and to earlier pauses', async () => {
        await openIt();
        await world.passTime(4 * MINUTE);
        await touch();
        expect(await touch({ idleTimeoutMs: 4 * MINUTE })).to.include({
          kind: 'expired',
          by: 'idle',
        });
      });

      it('activity within the touch interval is not written', async () => {
        await openIt();
        const interval = { touchIntervalMs: MINUTE };
        await world.passTime(30 * SECOND);
        expect(await touch({}, interval)).to.include({ kind: 'live', activity: 'skipped' });
        await world.passTime(31 * SECOND);
        const moved = await touch({}, interval);
        expect(moved).to.include({ kind: 'live', activity: 'moved' });
        expect(moved)
          .to.have.nested.property('clocks.longestGapMs')
          .that.is.at.least(61 * SECOND);
      });
    });

    describe('a policy that challenges', () => {
      it('refuses without ending, and counts nothing', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        for (const onExpiry of ['keep', 'challenge', 'challenge'] as const) {
          const refused = await touch({ onExpiry });
          expect(refused).to.include({ kind: 'expired', by: 'idle', effect: 'kept' });
          expect(refused).to.include({ crossed: false, opened: false });
          expect(refused).to.have.nested.property('clocks.longestGapMs', 0);
        }
        expect((await touch({ idleTimeoutMs: HOUR })).kind).to.equal('live');
        expect(await reported()).to.deep.equal(['opened first-use']);
      });

      it('moves no limit by its mark', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        await touch({ onExpiry: 'challenge' });
        await world.passTime(53 * MINUTE);
        expect((await touch({ idleTimeoutMs: HOUR })).kind).to.equal('live');
        await world.passTime(MINUTE);
        expect(await touch({ idleTimeoutMs: HOUR, onExpiry: 'challenge' })).to.include({
          kind: 'expired',
          by: 'absolute',
        });
      });

      for (const [what, rule] of [
        ['a policy that only observes', { onExpiry: 'challenge', mode: 'observe' }],
        ['a look-up that keeps all as it is', { onExpiry: 'keep', countsAsActivity: false }],
      ] as const) {
        it(`leaves no mark if it is ${what}`, async () => {
          await openIt();
          await world.passTime(6 * MINUTE);
          await touch(rule);
          expect((await visit({ endLimits: [] })).kind).to.equal('live');
        });
      }

      it('leaves its mark also on a login that is too old when it opens', async () => {
        const startedAtMs = (await nowMs()) - HOUR;
        const opened = await openIt({
          ...touchOf(session, { onExpiry: 'challenge' }),
          startedAtMs,
        });
        expect(opened).to.include({ kind: 'expired', effect: 'kept', opened: true });
        expect(await visit({ endLimits: [] })).to.deep.equal({ kind: 'marked' });
      });
    });

    describe('the visit of a login', () => {
      const idle = { policy: 'short', idleTimeoutMs: 5 * MINUTE, absoluteTimeoutMs: undefined };

      it('leaves an unknown credential unknown', async () => {
        expect(await visit({ mayEnd: true, maySignOut: true })).to.deep.equal({ kind: 'unknown' });
        expect((await touch()).kind).to.equal('unknown');
        expect(await reported()).to.deep.equal([]);
      });

      it('finds a live session live, and is not activity', async () => {
        await openIt();
        await world.passTime(4 * MINUTE);
        const found = await visit({ mayEnd: true, maySignOut: true });
        expect(found).to.have.nested.property('clocks.longestGapMs', 0);
        expect(found.kind).to.equal('live');
        await world.passTime(MINUTE);
        expect(await touch()).to.include({ kind: 'expired', by: 'idle' });
      });

      it('finds an ended session ended, and how', async () => {
        await openIt();
        await end();
        const found = await visit({ mayEnd: true, maySignOut: true });
        expect(found).to.include({ kind: 'ended', by: 'revoked', byThisVisit: false });
        expect(await reported()).to.have.length(2);
      });

      it('ends a session that is over, for the policy whose limit was reached first', async () => {
        const endLimits = [
          { ...idle, policy: 'long', idleTimeoutMs: 8 * MINUTE },
          idle,
          { ...idle, policy: 'later' },
        ];
        await openIt();
        await world.passTime(20 * MINUTE);
        const found = await visit({ endLimits, mayEnd: true });
        expect(found).to.include({ kind: 'ended', by: 'idle', byThisVisit: true });
        const event = (await world.events(key()))[1];
        expect(event).to.include({ kind: 'ended', by: 'idle', policy: 'short', source: 'web' });
        expect(found).to.have.property('endedAtMs', event?.atMs);
        expect((event?.atMs ?? 0) - (await nowMs())).to.be.within(
          -15 * MINUTE - 5 * SECOND,
          -15 * MINUTE,
        );
        expect(await touch()).to.include({ kind: 'ended', by: 'idle' });
      });

      it('takes the absolute limit if two policies were reached at the same instant', async () => {
        const absolute = { policy: 'old', idleTimeoutMs: undefined, absoluteTimeoutMs: 5 * MINUTE };
        await openIt();
        await world.passTime(6 * MINUTE);
        const found = await visit({ endLimits: [idle, absolute], mayEnd: true });
        expect(found).to.include({ kind: 'ended', by: 'absolute' });
        expect((await world.events(key()))[1]).to.include({ policy: 'old' });
      });

      it('leaves a session that is over if it may not end it, or no policy ends it', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        expect(await visit({ endLimits: [idle] })).to.deep.equal({ kind: 'over', by: 'idle' });
        expect((await visit({ endLimits: [], mayEnd: true })).kind).to.equal('live');
        expect((await touch({ idleTimeoutMs: HOUR })).kind).to.equal('live');
        expect(await reported()).to.have.length(1);
      });

      it('finds the mark, and leaves the session to other policies', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        await touch({ onExpiry: 'challenge' });
        const found = await visit({ endLimits: [], mayEnd: true });
        expect(found).to.deep.equal({ kind: 'marked' });
        expect((await touch({ idleTimeoutMs: HOUR })).kind).to.equal('live');
        expect((await visit({ endLimits: [] })).kind).to.equal('marked');
      });

      it('finds the mark before a limit for which it may not end the session', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        await touch({ onExpiry: 'challenge' });
        expect(await visit({ endLimits: [idle] })).to.deep.equal({ kind: 'marked' });
      });

      it('signs out a marked session that a fresh login replaces', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        await touch({ onExpiry: 'challenge' });
        const before = await nowMs();
        const found = await visit({ endLimits: [], mayEnd: true, maySignOut: true });
        expect(found).to.include({ kind: 'ended', by: 'signed_out', byThisVisit: true });
        const event = (await world.events(key()))[1];
        expect(event).to.include({ kind: 'ended', by: 'signed_out', policy: '', source: 'web' });
        expect((event?.atMs ?? 0) - before).to.be.within(0, 5 * SECOND);
        expect(await touch()).to.include({ kind: 'ended', by: 'signed_out' });
        expect(await openIt()).to.include({ kind: 'ended', by: 'signed_out' });
        expect(await visit()).to.include({ kind: 'ended', by: 'signed_out', byThisVisit: false });
        expect(await end()).to.include({ kind: 'already', by: 'signed_out' });
        expect(await reported()).to.have.length(2);
      });

      it('signs out nothing without the mark', async () => {
        await openIt();
        expect((await visit({ mayEnd: true, maySignOut: true })).kind).to.equal('live');
        expect((await touch()).kind).to.equal('live');
      });

      it('ends by the limit what is over and marked', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        await touch({ onExpiry: 'challenge' });
        const found = await visit({ endLimits: [idle], mayEnd: true, maySignOut: true });
        expect(found).to.include({ kind: 'ended', by: 'idle' });
      });

      it('keeps the record, because the credential was presented', async () => {
        const never = { overLimits: [] };
        await openIt({ ...touchOf(session, {}, never) });
        for (let day = 0; day < 3; day += 1) {
          await world.passTime(DAY + MINUTE);
          expect((await visit({ endLimits: [] })).kind).to.equal('live');
        }
        await end();
        for (let day = 0; day < 3; day += 1) {
          await world.passTime(DAY + MINUTE);
          expect((await visit()).kind).to.equal('ended');
        }
      });
    });

    describe('observe mode', () => {
      it('never ends, and crosses the limit once', async () => {
        await openIt();
        const observe = { mode: 'observe' } as const;
        const crossings: unknown[] = [];
        for (const minutes of [4, 6, 1, 70]) {
          await world.passTime(minutes * MINUTE);
          const found = await touch(observe);
          crossings.push(found.kind === 'expired' ? found.crossed : found.kind);
        }
        expect(crossings).to.deep.equal(['live', true, false, false]);
        expect(await reported()).to.deep.equal(['opened first-use']);
      });

      it('counts activity past the limit, and nothing passive', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        const passive = await touch({ mode: 'observe', countsAsActivity: false });
        expect(passive).to.include({ kind: 'expired', crossed: false });
        expect(passive).to.have.nested.property('clocks.longestGapMs', 0);
        const active = await touch({ mode: 'observe' });
        expect(active).to.include({ kind: 'expired', crossed: true, effect: 'kept' });
        expect(active)
          .to.have.nested.property('clocks.longestGapMs')
          .that.is.at.least(6 * MINUTE);
      });

      it('counts an opening past the limit once', async () => {
        const startedAtMs = (await nowMs()) - HOUR;
        const request = { ...touchOf(session, { mode: 'observe' }), startedAtMs };
        expect(await openIt(request)).to.include({ kind: 'expired', crossed: true, opened: true });
        expect(await touch({ mode: 'observe' })).to.include({ kind: 'expired', crossed: false });
      });

      it('finds an ended session ended', async () => {
        await openIt();
        await end();
        expect(await touch({ mode: 'observe' })).to.include({ kind: 'ended', by: 'revoked' });
      });
    });

    describe('revocation', () => {
      it('ends a live session, once', async () => {
        await openIt();
        expect((await end()).kind).to.equal('ended');
        expect(await end()).to.include({ kind: 'already', by: 'revoked' });
        expect(await touch()).to.include({ kind: 'ended', by: 'revoked' });
        expect(await reported()).to.deep.equal(['opened first-use', 'ended revoked']);
      });

      it('is not undone by an opening', async () => {
        await openIt();
        await end();
        expect(await openIt()).to.include({ kind: 'ended', by: 'revoked' });
        expect(await openIt({ opening: 'registered' })).to.include({ kind: 'ended' });
      });

      it('by a sign-out is remembered as one', async () => {
        await openIt();
        expect((await signOut()).kind).to.equal('ended');
        expect(await touch()).to.include({ kind: 'ended', by: 'signed_out' });
        expect(await end()).to.include({ kind: 'already', by: 'signed_out' });
        expect(await reported()).to.deep.equal(['opened first-use', 'ended signed_out']);
      });

      it('is reported with the policy of the request that asked for it', async () => {
        await openIt();
        const how = { key: key(), source: sourceWith(), by: 'signed_out', policy: 'out' } as const;
        expect((await world.store.end(how)).kind).to.equal('ended');
        expect((await world.events(key())).at(-1)).to.include({ kind: 'ended', policy: 'out' });
        session = `${session} unknown`;
        await world.store.end({ ...how, key: key(), unknown: 'tombstone' });
        expect((await world.events(key())).at(-1)).to.include({ kind: 'ended', policy: 'out' });
      });

      it('does not change why a session ended before', async () => {
        await openIt();
        await world.passTime(5 * MINUTE);
        await touch();
        expect(await end()).to.include({ kind: 'already', by: 'idle' });
      });
    });

    describe('the record of a session', () => {
      it('is kept as long as the credential is presented, even if the request is denied', async () => {
        await openIt();
        await world.passTime(HOUR);
        await touch();
        for (let day = 0; day < 4; day += 1) {
          await world.passTime(DAY - MINUTE);
          expect((await touch()).kind).to.equal('ended');
          await world.passTime(DAY - MINUTE);
          expect((await openIt()).kind).to.equal('ended');
        }
      });

      it('is deleted when the credential was not presented for the retention and a day', async () => {
        await openIt();
        await end();
        await world.passTime(2 * DAY + SECOND);
        expect((await touch()).kind).to.equal('unknown');
      });

      it('is kept by a request that is refused with a challenge', async () => {
        await openIt();
        await world.passTime(DAY + MINUTE);
        expect(await touch({ onExpiry: 'keep' })).to.include({ kind: 'expired' });
        await world.passTime(DAY);
        expect(await touch({ onExpiry: 'keep' })).to.include({ kind: 'expired' });
      });
    });

    describe('sweep', () => {
      // So long that the records of earlier tests are deleted.
      beforeEach(async () => world.passTime(9 * DAY));

      it('ends a session that is over, at the instant of its limit', async () => {
        const opened = await openIt();
        expect(opened.kind).to.equal('live');
        await world.passTime(20 * MINUTE);
        const before = await nowMs();
        expect((await sweep()).ended).to.deep.equal({ idle: 1, absolute: 0 });
        const event = (await world.events(key()))[1];
        expect(event).to.include({ kind: 'ended', by: 'idle', policy: 'default', source: 'web' });
        expect((event?.atMs ?? 0) - before).to.be.within(-15 * MINUTE - 5 * SECOND, -15 * MINUTE);
        expect(await touch()).to.include({ kind: 'ended', by: 'idle' });
        expect(await reported()).to.have.length(2);
      });

      it('ends nothing twice', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        await sweep();
        expect((await sweep()).ended).to.deep.equal({ idle: 0, absolute: 0 });
        expect(await reported()).to.deep.equal(['opened first-use', 'ended idle']);
      });

      it('keeps a session that one policy still admits', async () => {
        const overLimits = [
          { policy: 'strict', idleTimeoutMs: 5 * MINUTE, absoluteTimeoutMs: 8 * HOUR },
          { policy: 'loose', idleTimeoutMs: HOUR, absoluteTimeoutMs: 2 * HOUR },
        ];
        const source = sourceWith({ overLimits });
        await world.store.open({
          ...touchOf(session, {}, source),
          opening: 'first-use',
          startedAtMs: undefined,
        });
        await world.passTime(59 * MINUTE);
        expect((await sweep(source)).ended.idle).to.equal(0);
        await world.passTime(MINUTE);
        expect((await sweep(source)).ended.idle).to.equal(1);
        expect(await reported()).to.deep.equal(['opened first-use', 'ended idle']);
        expect((await world.events(key()))[1]).to.include({ policy: 'loose' });
      });

      it('names the policy whose limit was reached last, or the first of several', async () => {
        const overLimits = [
          { policy: 'long idle', idleTimeoutMs: 2 * HOUR, absoluteTimeoutMs: 3 * HOUR },
          { policy: 'same as before', idleTimeoutMs: 2 * HOUR, absoluteTimeoutMs: 3 * HOUR },
          { policy: 'long life', idleTimeoutMs: HOUR, absoluteTimeoutMs: 8 * HOUR },
        ];
        await openIt({ ...touchOf(session, {}, { overLimits }) });
        for (let hour = 0; hour < 6; hour += 1) {
          await world.passTime(30 * MINUTE);
          await touch({ idleTimeoutMs: HOUR, absoluteTimeoutMs: undefined });
        }
        await world.passTime(45 * MINUTE);
        expect((await sweep({ overLimits })).ended.idle).to.equal(0);
        await world.passTime(15 * MINUTE);
        expect((await sweep({ overLimits })).ended.idle).to.equal(1);
        expect((await world.events(key()))[1]).to.include({ by: 'idle', policy: 'long life' });
      });

      it('keeps a session that was active meanwhile, and ends it later', async () => {
        await openIt();
        await world.passTime(4 * MINUTE);
        await touch();
        await world.passTime(4 * MINUTE);
        expect((await sweep()).ended.idle).to.equal(0);
        await world.passTime(MINUTE);
        expect((await sweep()).ended.idle).to.equal(1);
      });

      it('ends by age a session that was active all the time', async () => {
        const overLimits = [{ policy: 'aged', idleTimeoutMs: undefined, absoluteTimeoutMs: HOUR }];
        await openIt({ ...touchOf(session, {}, { overLimits }) });
        await world.passTime(HOUR);
        expect((await sweep({ overLimits })).ended).to.deep.equal({ idle: 0, absolute: 1 });
      });

      it('ends nothing if nothing is ever over', async () => {
        const never = { overLimits: [] };
        await openIt({ ...touchOf(session, {}, never) });
        await world.passTime(HOUR);
        expect((await sweep(never)).ended).to.deep.equal({ idle: 0, absolute: 0 });
        await end();
      });

      it('keeps sessions of a source that the configuration does not have, until it has it', async () => {
        const other = sourceWith({ source: 'other' });
        await openIt({ ...touchOf(session, {}, other) });
        await world.passTime(20 * MINUTE);
        expect((await sweep()).ended.idle).to.equal(0);
        expect((await sweep({}, [other])).ended.idle).to.equal(1);
      });

      it('ends in time a session that is over by a tightened policy', async () => {
        const loose = {
          overLimits: [{ policy: 'loose', idleTimeoutMs: HOUR, absoluteTimeoutMs: 8 * HOUR }],
        };
        await sweep(loose);
        await openIt({ ...touchOf(session, {}, loose) });
        await world.passTime(20 * MINUTE);
        expect((await sweep(loose)).ended.idle).to.equal(0);
        expect((await sweep()).ended.idle).to.equal(1);
        expect(await reported()).to.deep.equal(['opened first-use', 'ended idle']);
      });

      it('examines no more than it may, and reports that more is left', async () => {
        const names = ['one', 'two', 'three', 'four', 'five'].map((each) => `${session} ${each}`);
        for (const each of names) {
          await world.store.open({
            ...touchOf(each),
            opening: 'first-use',
            startedAtMs: undefined,
          });
        }
        await world.passTime(6 * MINUTE);
        const sources = new Map([['web', sourceWith()]]);
        let ended = 0;
        let isMore = true;
        for (let turn = 0; turn < 200 && isMore; turn += 1) {
          const report = await world.sweeper.sweep(sources, 2);
          expect(report.examined).to.be.at.most(2);
          ended += report.ended.idle;
          isMore = report.more;
        }
        expect(isMore).to.equal(false);
        expect(ended).to.equal(5);
      });
    });
  });
}

async function expectRefused(call: Promise<unknown>): Promise<void> {
  const fault: unknown = await call.catch((error: unknown) => error);
  expect(fault).to.be.instanceOf(StoreUnavailable).with.property('fault', 'refused');
}
