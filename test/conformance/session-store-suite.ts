import { expect } from 'chai';
import type { Timeouts } from '../../src/session/deadlines.ts';
import type { OpenRequest, SourceRule, TouchRule } from '../../src/session/session-store.ts';
import { keyOf, sourceWith, touchOf } from '../support/store-requests.ts';
import type { StoreWorld } from '../support/store-world.ts';
import { touched } from '../support/touched.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * What every store does. Idle is 5 minutes, absolute 1 hour. Times keep a second's distance from the limits, so that
 * a store whose clock runs on its own gives the same answers; the limits themselves are tested where time can stand.
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
    const told = async () => (await world.events(key())).map(({ kind, by }) => `${kind} ${by}`);
    const nowMs = async () => {
      const outcome = await touched(world.store, touchOf('nobody'));
      return outcome.kind === 'unknown' ? outcome.nowMs : NaN;
    };
    const sweep = async (source: Partial<SourceRule> = {}, more: SourceRule[] = []) => {
      const rules = [sourceWith(source), ...more].map((rule) => [rule.source, rule] as const);
      const report = await world.store.sweep(new Map(rules), 100_000);
      expect(report.more).to.equal(false);
      return report;
    };

    describe('claims of a name', () => {
      it('are settled by the first who asks, for each credential by itself', async () => {
        const at = key();
        const [first, second] = [keyOf(`${session} first`), keyOf(`${session} second`)];
        expect(await world.store.claim(at, first)).to.equal(first);
        expect(await world.store.claim(at, second)).to.equal(first);
        expect(await world.store.claim(at, first)).to.equal(first);
        expect(await world.store.claim(second, second)).to.equal(second);
      });

      it('of many at once come to one', async () => {
        const names = Array.from({ length: 8 }, (_, index) => keyOf(`${session} ${index}`));
        const settled = await Promise.all(names.map((one) => world.store.claim(key(), one)));
        expect(new Set(settled).size).to.equal(1);
      });

      it('open nothing', async () => {
        await world.store.claim(key(), key());
        expect((await touch()).kind).to.equal('unknown');
        expect(await told()).to.deep.equal([]);
      });
    });

    describe('unknown sessions', () => {
      it('stay unknown, however often they are touched, and leave nothing', async () => {
        expect((await touch()).kind).to.equal('unknown');
        expect((await touch()).kind).to.equal('unknown');
        expect(await told()).to.deep.equal([]);
      });

      it('cannot be ended, and are not marked as ended', async () => {
        expect(await end()).to.deep.equal({ kind: 'unknown' });
        expect((await openIt()).kind).to.equal('live');
      });
    });

    describe('opening', () => {
      it('begins a session that the next touch finds', async () => {
        expect(await openIt()).to.include({ kind: 'live', opened: true, activity: 'moved' });
        expect(await touch()).to.include({ kind: 'live', opened: false, activity: 'moved' });
        expect(await told()).to.deep.equal(['opened first-use']);
      });

      it('tells policy and source in whatever letters they are written', async () => {
        const source = { source: 'Stra\u00DFe \u20AC' };
        const policy = 'Gr\u00F6\u00DFe \u{1F511}';
        await openIt({ source: sourceWith(source) });
        await touch({ policy, absoluteTimeoutMs: 0 }, source);
        const [opened, ended] = await world.events(key());
        expect(opened).to.include(source);
        expect(ended).to.include({ ...source, policy, by: 'absolute' });
      });

      it('tells how it came about, and under which policy', async () => {
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

      it('a second time is only a touch: the start stays', async () => {
        await openIt();
        await world.passTime(4 * MINUTE);
        const again = await openIt({ startedAtMs: await nowMs() });
        expect(again).to.include({ kind: 'live', opened: false });
        expect(again)
          .to.have.nested.property('clocks.longestGapMs')
          .that.is.at.least(4 * MINUTE);
        expect(await told()).to.have.length(1);
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

      it('denies an old login at once, and for ever', async () => {
        const opened = await openIt({ startedAtMs: (await nowMs()) - HOUR });
        expect(opened).to.include({
          kind: 'expired',
          by: 'absolute',
          effect: 'ended',
          opened: true,
        });
        expect(await openIt()).to.include({ kind: 'ended', by: 'absolute' });
        expect(await told()).to.deep.equal(['opened first-use', 'ended absolute']);
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

      it('silence ends it, with one event however often it is asked', async () => {
        await openIt();
        await world.passTime(5 * MINUTE);
        expect(await touch()).to.include({ kind: 'expired', by: 'idle', effect: 'ended' });
        expect(await touch()).to.include({ kind: 'ended', by: 'idle' });
        expect(await touch()).to.include({ kind: 'ended', by: 'idle' });
        expect(await told()).to.deep.equal(['opened first-use', 'ended idle']);
      });

      it('the end is told at the instant of the limit', async () => {
        const opened = await openIt();
        const atMs = opened.kind === 'live' ? opened.clocks.lastActivityAtMs : NaN;
        await world.passTime(7 * MINUTE);
        const found = await touch();
        // What the store now remembers of the opening has moved with the time that passed.
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

      it('age ends it in the midst of activity', async () => {
        await openIt();
        for (let step = 0; step < 14; step += 1) {
          await world.passTime(4 * MINUTE);
          expect((await touch()).kind).to.equal('live');
        }
        await world.passTime(4 * MINUTE);
        expect(await touch()).to.include({ kind: 'expired', by: 'absolute' });
        expect(await told()).to.deep.equal(['opened first-use', 'ended absolute']);
      });

      it('the limit that came first names the reason', async () => {
        await openIt();
        await world.passTime(2 * HOUR);
        expect(await touch()).to.include({ kind: 'expired', by: 'idle' });
      });

      it('a limit that is off never comes', async () => {
        await openIt();
        await world.passTime(HOUR - MINUTE);
        expect((await touch({ idleTimeoutMs: undefined })).kind).to.equal('live');
        await world.passTime(2 * HOUR);
        const off: Timeouts = { idleTimeoutMs: undefined, absoluteTimeoutMs: undefined };
        expect((await touch(off)).kind).to.equal('live');
      });

      it('a pause under one policy is not laundered for another', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        expect((await touch({ idleTimeoutMs: HOUR })).kind).to.equal('live');
        expect(await touch()).to.include({ kind: 'expired', by: 'idle', effect: 'ended' });
      });

      it('a tightened policy bites on the next request, by the pauses that were', async () => {
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
        const refused = await touch({ onExpiry: 'keep' });
        expect(refused).to.include({ kind: 'expired', by: 'idle', effect: 'kept', crossed: false });
        expect(refused).to.have.nested.property('clocks.longestGapMs', 0);
        expect((await touch({ idleTimeoutMs: HOUR })).kind).to.equal('live');
        expect(await told()).to.deep.equal(['opened first-use']);
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
        expect(await told()).to.deep.equal(['opened first-use']);
      });

      it('counts as activity past the limit what counts, and nothing passive', async () => {
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
        expect(await told()).to.deep.equal(['opened first-use', 'ended revoked']);
      });

      it('is not undone by an opening', async () => {
        await openIt();
        await end();
        expect(await openIt()).to.include({ kind: 'ended', by: 'revoked' });
        expect(await openIt({ opening: 'registered' })).to.include({ kind: 'ended' });
      });

      it('does not change why a session ended before', async () => {
        await openIt();
        await world.passTime(5 * MINUTE);
        await touch();
        expect(await end()).to.include({ kind: 'already', by: 'idle' });
      });
    });

    describe('memory of what was', () => {
      it('outlives the retention as long as the credential is presented, denials included', async () => {
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

      it('ends when the credential was not presented for the retention and a day', async () => {
        await openIt();
        await end();
        await world.passTime(2 * DAY + SECOND);
        expect((await touch()).kind).to.equal('unknown');
      });

      it('counts a refused challenge as a presentation', async () => {
        await openIt();
        await world.passTime(DAY + MINUTE);
        expect(await touch({ onExpiry: 'keep' })).to.include({ kind: 'expired' });
        await world.passTime(DAY);
        expect(await touch({ onExpiry: 'keep' })).to.include({ kind: 'expired' });
      });
    });

    describe('sweep', () => {
      // So long that everything of earlier tests is forgotten.
      beforeEach(async () => world.passTime(9 * DAY));

      it('ends a session that is over, as if its limit had been seen in time', async () => {
        const opened = await openIt();
        expect(opened.kind).to.equal('live');
        await world.passTime(20 * MINUTE);
        const before = await nowMs();
        expect((await sweep()).ended).to.deep.equal({ idle: 1, absolute: 0 });
        const event = (await world.events(key()))[1];
        expect(event).to.include({ kind: 'ended', by: 'idle', policy: '', source: 'web' });
        expect((event?.atMs ?? 0) - before).to.be.within(-15 * MINUTE - 5 * SECOND, -15 * MINUTE);
        expect(await touch()).to.include({ kind: 'ended', by: 'idle' });
        expect(await told()).to.have.length(2);
      });

      it('ends nothing twice', async () => {
        await openIt();
        await world.passTime(6 * MINUTE);
        await sweep();
        expect((await sweep()).ended).to.deep.equal({ idle: 0, absolute: 0 });
        expect(await told()).to.deep.equal(['opened first-use', 'ended idle']);
      });

      it('leaves a session that one policy still admits', async () => {
        const overLimits = [
          { idleTimeoutMs: 5 * MINUTE, absoluteTimeoutMs: 8 * HOUR },
          { idleTimeoutMs: HOUR, absoluteTimeoutMs: 2 * HOUR },
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
        expect(await told()).to.deep.equal(['opened first-use', 'ended idle']);
      });

      it('leaves a session that was active meanwhile, and finds it later', async () => {
        await openIt();
        await world.passTime(4 * MINUTE);
        await touch();
        await world.passTime(4 * MINUTE);
        expect((await sweep()).ended.idle).to.equal(0);
        await world.passTime(MINUTE);
        expect((await sweep()).ended.idle).to.equal(1);
      });

      it('ends by age what was active until the end', async () => {
        const overLimits = [{ idleTimeoutMs: undefined, absoluteTimeoutMs: HOUR }];
        await openIt({ ...touchOf(session, {}, { overLimits }) });
        await world.passTime(HOUR);
        expect((await sweep({ overLimits })).ended).to.deep.equal({ idle: 0, absolute: 1 });
      });

      it('ends nothing where nothing is ever over', async () => {
        const never = { overLimits: [] };
        await openIt({ ...touchOf(session, {}, never) });
        await world.passTime(HOUR);
        expect((await sweep(never)).ended).to.deep.equal({ idle: 0, absolute: 0 });
        await end();
      });

      it('leaves sessions of a source that the configuration does not know, until it does', async () => {
        const other = sourceWith({ source: 'other' });
        await openIt({ ...touchOf(session, {}, other) });
        await world.passTime(20 * MINUTE);
        expect((await sweep()).ended.idle).to.equal(0);
        expect((await sweep({}, [other])).ended.idle).to.equal(1);
      });

      it('finds in time what a tightened policy ends', async () => {
        const loose = { overLimits: [{ idleTimeoutMs: HOUR, absoluteTimeoutMs: 8 * HOUR }] };
        await sweep(loose);
        await openIt({ ...touchOf(session, {}, loose) });
        await world.passTime(20 * MINUTE);
        expect((await sweep(loose)).ended.idle).to.equal(0);
        expect((await sweep()).ended.idle).to.equal(1);
        expect(await told()).to.deep.equal(['opened first-use', 'ended idle']);
      });

      it('looks at no more than it may, and says that more is left', async () => {
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
          const report = await world.store.sweep(sources, 2);
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
