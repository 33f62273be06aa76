import { expect } from 'chai';
import { LeasingStore } from '../../../src/leases/leasing-store.ts';
import type { TouchRequest } from '../../../src/session/session-store.ts';
import { StoreUnavailable } from '../../../src/session/session-store.ts';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';
import { heldStore } from '../../support/store/held-store.ts';
import { leasedReplica } from '../../support/store/leased-replica.ts';
import {
  keyOf,
  ruleWith,
  sourceWith,
  subjectOf,
  visitOf,
} from '../../support/store/store-requests.ts';
import { openMemoryWorld } from '../../support/store/store-world.ts';
import { touched } from '../../support/store/touched.ts';
import { ManualClock } from '../../support/time/manual-clock.ts';

const MINUTE = 60_000;
const RULE = ruleWith({ maxStalenessMs: 1_000 });
const SOURCE = sourceWith({ touchIntervalMs: 30_000 });
const KEY = keyOf('s');
const ASKED: TouchRequest = { key: KEY, rule: RULE, source: SOURCE };

/** Two replicas over one store; the second one has no leases. */
async function scene() {
  const clock = new ManualClock();
  const { store: truth } = openMemoryWorld(clock);
  const behind = heldStore(truth);
  behind.isHeld = false;
  const replica = leasedReplica(behind);
  const pass = (ms: number): void => {
    clock.advance(ms);
    replica.pass(ms);
  };
  await truth.open({ ...ASKED, opening: 'first-use', startedAtMs: undefined });
  const touch = async (request: Partial<TouchRequest> = {}): Promise<TouchOutcome> =>
    touched(replica.store, { ...ASKED, ...request });
  const lastOf = (): string => replica.told.at(-1) ?? '';
  return { clock, truth, behind, replica, pass, touch, lastOf };
}

describe('a store with leases', () => {
  it('answers a second touch itself, with what the store would have said', async () => {
    const { truth, behind, replica, pass, touch } = await scene();
    await touch();
    pass(999);
    const answer = await touch();
    expect(behind.asked).to.equal(1);
    expect(replica.told).to.deep.equal(['asked none', 'used 999']);
    expect(answer).to.deep.equal(await touched(truth, ASKED));
  });

  it('asks when the lease is as old as the policy allows, by the clock of the question', async () => {
    const { behind, pass, touch, lastOf } = await scene();
    behind.isHeld = true;
    const first = touch();
    pass(600); // the reply takes so long
    behind.deliver();
    await first;
    behind.isHeld = false;
    pass(399);
    await touch();
    expect(lastOf()).to.equal('used 999');
    pass(1);
    await touch();
    expect(lastOf()).to.equal('asked age');
  });

  it('measures the age by the policy of the request', async () => {
    const { pass, touch, lastOf } = await scene();
    await touch();
    pass(200);
    await touch({ rule: ruleWith({ maxStalenessMs: 100 }) });
    expect(lastOf()).to.equal('asked age');
    await touch({ rule: ruleWith({ maxStalenessMs: 0 }) });
    expect(lastOf()).to.equal('asked off');
  });

  it('asks at the deadline itself, whatever the age, and 1 ms before does not', async () => {
    const rule = ruleWith({ maxStalenessMs: 5_000, idleTimeoutMs: 2_000, countsAsActivity: false });
    const { pass, touch, lastOf } = await scene();
    await touch({ rule });
    pass(1_999);
    expect(await touch({ rule })).to.have.property('kind', 'live');
    expect(lastOf()).to.equal('used 1999');
    pass(1);
    expect(await touch({ rule })).to.include({ kind: 'expired', by: 'idle', effect: 'ended' });
  });

  it('notices a deadline early, never late, when the question took long', async () => {
    const rule = ruleWith({ maxStalenessMs: 5_000, idleTimeoutMs: 2_000, countsAsActivity: false });
    const { clock, replica, behind, touch, lastOf } = await scene();
    behind.isHeld = true;
    replica.pass(0);
    const first = touch({ rule });
    // The reply says what the store saw when it ran: at once, here.
    replica.pass(300);
    clock.advance(300);
    behind.deliver();
    await first;
    behind.isHeld = false;
    clock.advance(1_699);
    replica.pass(1_699);
    expect(await touch({ rule })).to.have.property('kind', 'live');
    expect(lastOf()).to.equal('used 1999');
  });

  it('asks when activity must be written, and not for passive requests', async () => {
    const { pass, touch, lastOf } = await scene();
    pass(29_900);
    await touch();
    pass(99);
    await touch();
    expect(lastOf()).to.equal('used 99');
    pass(1);
    expect(
      await touch({ rule: ruleWith({ maxStalenessMs: 1_000, countsAsActivity: false }) }),
    ).to.include({ kind: 'live', activity: 'passive' });
    expect(lastOf()).to.equal('used 100');
    expect(await touch()).to.include({ kind: 'live', activity: 'moved' });
    expect(lastOf()).to.equal('asked touch');
  });

  it('asks for every activity without a touch interval', async () => {
    const { touch, lastOf } = await scene();
    const source = sourceWith({ touchIntervalMs: 0 });
    await touch({ source });
    await touch({ source });
    expect(lastOf()).to.equal('asked touch');
  });

  it('drops its own lease before an end is sent, and takes no older reply', async () => {
    const { behind, replica, touch, lastOf } = await scene();
    await touch();
    behind.isHeld = true;
    const older = touch({ rule: ruleWith({ maxStalenessMs: 1_000 }), subject: subjectOf('a') });
    expect(lastOf()).to.equal('asked subject');
    const ended = replica.store.end({ key: KEY, source: SOURCE, by: 'revoked', unknown: 'leave' });
    expect(replica.keeper.table.size).to.equal(0);
    behind.deliver();
    expect(await older).to.have.property('kind', 'live');
    expect(replica.keeper.table.size).to.equal(0);
    expect(await ended).to.have.property('kind', 'ended');
    behind.isHeld = false;
    expect(await touch()).to.include({ kind: 'ended', by: 'revoked' });
  });

  it('takes no reply to a question that was asked while an end was under way', async () => {
    const { behind, replica, touch } = await scene();
    const slow = { ...behind, end: async () => new Promise<never>(() => undefined) };
    void new LeasingStore(slow, replica.keeper).end({
      key: KEY,
      source: SOURCE,
      by: 'revoked',
      unknown: 'leave',
    });
    await touch(); // on another connection, before the end has run
    expect(replica.keeper.table.size).to.equal(1);
    await replica.store.end({ key: KEY, source: SOURCE, by: 'revoked', unknown: 'leave' });
    expect(replica.keeper.table.size).to.equal(0);
  });

  it('drops a lease that it hears to be void, and takes no reply to an older question', async () => {
    const { truth, behind, replica, touch, lastOf } = await scene();
    behind.isHeld = true;
    const older = touch();
    await truth.end({ key: KEY, source: SOURCE, by: 'revoked', unknown: 'leave' });
    replica.keeper.drop(KEY, 'heard'); // the message is faster than the reply
    behind.deliver();
    expect(await older).to.have.property('kind', 'live');
    behind.isHeld = false;
    expect(await touch()).to.include({ kind: 'ended', by: 'revoked' });
    expect(lastOf()).to.equal('asked none');
  });

  it('drops again when its own end is done: a check may have been answered before it', async () => {
    const { truth, behind, replica, touch } = await scene();
    for (const end of [
      async (store: LeasingStore) => store.end({ key: KEY, source: SOURCE, by: 'revoked' }),
      async (store: LeasingStore) => store.visitLogin(visitOf('s', { mayEnd: true })),
    ]) {
      let run: () => void = () => undefined;
      const isRun = new Promise<void>((resolve) => (run = resolve));
      const late = new LeasingStore(
        {
          ...behind,
          end: async (request) => isRun.then(async () => truth.end(request)),
          visitLogin: async (visit) => isRun.then(async () => truth.visitLogin(visit)),
        },
        replica.keeper,
      );
      const ended = end(late);
      await touch(); // oxlint-disable-line no-await-in-loop -- one after the other
      run();
      await ended; // oxlint-disable-line no-await-in-loop
      expect(replica.keeper.table.size).to.equal(0);
    }
  });

  it('drops the lease of a session that an opening finds ended, or ends', async () => {
    const { truth, replica, touch } = await scene();
    await touch();
    await truth.end({ key: KEY, source: SOURCE, by: 'revoked' });
    await replica.store.open({ ...ASKED, opening: 'first-use', startedAtMs: undefined });
    expect(replica.keeper.table.size).to.equal(0);
  });

  it('does not drop what a policy that ends and marks nothing finds at its limit', async () => {
    const { pass, replica, touch } = await scene();
    await touch();
    pass(MINUTE);
    for (const rule of [{ mode: 'observe' }, { onExpiry: 'keep' }] as const) {
      const strict = ruleWith({ ...rule, maxStalenessMs: 1_000, idleTimeoutMs: MINUTE });
      await touch({ rule: strict, source: sourceWith({ touchIntervalMs: 10 * MINUTE }) }); // oxlint-disable-line no-await-in-loop
      expect(replica.told.filter((line) => line.startsWith('dropped own'))).to.deep.equal([]);
    }
  });

  it('drops the lease of a session that a login may end', async () => {
    const { replica, touch } = await scene();
    for (const rights of [{ mayEnd: true }, { maySignOut: true }]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await touch();
      expect(replica.keeper.table.size).to.equal(1);
      const visit = replica.store.visitLogin(visitOf('s', rights));
      expect(replica.keeper.table.size).to.equal(0);
      await visit; // oxlint-disable-line no-await-in-loop
    }
  });

  it('drops its own lease when another policy is about to end or mark the session', async () => {
    const { pass, behind, replica, touch } = await scene();
    const strict = ruleWith({ maxStalenessMs: 0, idleTimeoutMs: MINUTE });
    await touch();
    behind.isHeld = true;
    pass(MINUTE - 1);
    void touch({ rule: strict });
    expect(replica.keeper.table.size).to.equal(1);
    pass(1);
    void touch({ rule: strict });
    expect(replica.keeper.table.size).to.equal(0);
  });

  it('takes no older reply after a request without leases has found an end', async () => {
    const { truth, behind, replica, touch } = await scene();
    behind.isHeld = true;
    const older = touch();
    await truth.end({ key: KEY, source: SOURCE, by: 'revoked', unknown: 'leave' });
    behind.isHeld = false;
    expect(await touch({ rule: ruleWith({ maxStalenessMs: 0 }) })).to.have.property(
      'kind',
      'ended',
    );
    behind.deliver();
    expect((await older).kind).to.equal('live');
    expect(replica.keeper.table.size).to.equal(0);
  });

  it('knows whose a session is only from a reply that says so', async () => {
    const { truth, pass, touch, lastOf } = await scene();
    const subject = subjectOf('ann');
    await truth.end({ key: keyOf('t'), source: SOURCE, by: 'revoked', unknown: 'leave' });
    await touch();
    await touch({ subject });
    expect(lastOf()).to.equal('asked subject');
    pass(1);
    await touch({ subject });
    expect(lastOf()).to.equal('asked subject'); // it has none yet
  });

  it('answers for a subject once the store has said whose the session is', async () => {
    const { clock, truth, behind, replica, pass } = await scene();
    const subject = subjectOf('ann');
    const key = keyOf('of ann');
    await truth.open({ ...ASKED, key, subject, opening: 'first-use', startedAtMs: undefined });
    const touch = async (named?: typeof subject): Promise<TouchOutcome> =>
      touched(replica.store, { ...ASKED, key, subject: named });
    expect(await touch(subject)).to.include({ subject: 'same' });
    pass(1);
    expect(await touch(subject)).to.include({ kind: 'live', subject: 'same' });
    expect(await touch()).to.not.have.property('subject');
    expect(behind.asked).to.equal(1);
    expect(await touch(subjectOf('bob'))).to.include({ subject: 'other' });
    expect(behind.asked).to.equal(2);
    expect(clock.now()).to.be.greaterThan(0);
    // What was said of Bob is not kept as Bob's.
    pass(1);
    await touch(subjectOf('bob'));
    expect(replica.told.at(-1)).to.equal('asked subject');
    replica.keeper.dropSubject(subject);
    expect(replica.keeper.table.get(key)?.subject).to.equal(undefined);
  });

  it('carries the clock of the store forward in whole milliseconds, never less', async () => {
    const rule = ruleWith({ maxStalenessMs: 5_000, idleTimeoutMs: 2_000, countsAsActivity: false });
    const { replica, clock, touch, lastOf } = await scene();
    await touch({ rule });
    // 1 999.001 ms later the store, which began somewhere in its millisecond, may say 2 000.
    replica.pass(1_999.001);
    clock.advance(1_999);
    await touch({ rule });
    expect(lastOf()).to.equal('asked limit');
  });

  it('never lets the present be before the last activity', async () => {
    const { clock, touch, pass } = await scene();
    clock.advance(-10_000); // the clock of the store is set back
    const first = await touch();
    pass(10);
    const second = await touch();
    if (!('clocks' in first) || !('clocks' in second)) throw new Error('not live');
    expect(second.clocks.nowMs).to.be.at.least(second.clocks.lastActivityAtMs);
    expect(second.clocks.nowMs).to.be.at.least(first.clocks.nowMs);
  });

  it('believes no lease when the wall clock was set back by more than 100 ms, either', async () => {
    const { replica, touch } = await scene();
    await touch();
    replica.clocks.wallMs -= 101;
    await touch();
    expect(replica.told).to.include('asked clock');
  });

  it('drops all when its clocks disagree by more than 100 ms', async () => {
    const { replica, touch, lastOf } = await scene();
    await touch();
    replica.clocks.wallMs += 100;
    await touch();
    expect(lastOf()).to.equal('used 0');
    replica.clocks.wallMs += 1;
    await touch();
    expect(replica.told).to.include.members(['asked clock', 'dropped clock 1']);
  });

  it('asks while not every replica tells what it ends', async () => {
    const { replica, pass, touch, lastOf } = await scene();
    await touch();
    replica.isOn = false;
    pass(250); // by then it has looked again
    await touch();
    expect(lastOf()).to.equal('asked off');
  });

  it('makes no lease of a session that is not live, and drops what it had', async () => {
    const { truth, replica, pass, touch } = await scene();
    await touch();
    await truth.end({ key: KEY, source: SOURCE, by: 'signed_out', unknown: 'leave' });
    pass(1_000);
    await touch();
    expect(replica.keeper.table.size).to.equal(0);
    expect(replica.told.at(-1)).to.equal('dropped reply 1');
  });
});

describe('touches of one session in the same turn', () => {
  it('share one reply, as if they had come one after the other', async () => {
    const { behind, replica, pass, touch } = await scene();
    pass(MINUTE);
    behind.isHeld = true;
    const all = Promise.all([touch(), touch(), touch()]);
    behind.deliver();
    const answers = await all;
    expect(behind.asked).to.equal(1);
    expect(replica.told).to.deep.equal(['asked none', 'shared', 'shared']);
    expect(answers.map((answer) => 'activity' in answer && answer.activity)).to.deep.equal([
      'moved',
      'skipped',
      'skipped',
    ]);
  });

  it('each ask if their rules or subjects differ', async () => {
    const { behind, touch } = await scene();
    behind.isHeld = true;
    void touch();
    void touch({ subject: subjectOf('ann') });
    expect(behind.asked).to.equal(2);
    void touch({ subject: subjectOf('ann'), rule: ruleWith({ maxStalenessMs: 1_000 }) });
    expect(behind.asked).to.equal(3);
  });

  it('ask again in a later turn, since the first one is sent by then', async () => {
    const { behind, touch } = await scene();
    behind.isHeld = true;
    void touch();
    await new Promise(process.nextTick);
    void touch();
    expect(behind.asked).to.equal(2);
  });

  it('ask again if one of them was told of an end', async () => {
    const { truth, behind, touch } = await scene();
    await truth.end({ key: KEY, source: SOURCE, by: 'revoked', unknown: 'leave' });
    behind.isHeld = true;
    const both = Promise.all([touch(), touch()]);
    while (behind.deliver());
    const answers = await both;
    expect(behind.asked).to.equal(2);
    expect(answers.map(({ kind }) => kind)).to.deep.equal(['ended', 'ended']);
  });

  it('do not share a reply to a question from before an end of this process', async () => {
    const { behind, replica, touch } = await scene();
    behind.isHeld = true;
    const first = touch();
    void replica.store.end({ key: KEY, source: SOURCE, by: 'revoked', unknown: 'leave' });
    const second = touch();
    expect(behind.asked).to.equal(2);
    while (behind.deliver());
    expect((await first).kind).to.equal('live');
    expect((await second).kind).to.equal('ended');
  });

  it('fail together, and one whose time is over fails by itself', async () => {
    const { behind, replica, pass, touch } = await scene();
    behind.isHeld = true;
    const first = touch();
    const impatient = touched(replica.store, ASKED, replica.clocks.monotonicMs + 5);
    pass(5);
    behind.deliver();
    expect((await first).kind).to.equal('live');
    const late = await impatient.catch((fault: unknown) => fault);
    expect(late).to.be.instanceOf(StoreUnavailable).and.to.have.property('fault', 'late');
    pass(1_000);
    const both = [touch(), touch()];
    behind.fail(new StoreUnavailable('down', 'lost'));
    const faults = await Promise.allSettled(both);
    expect(faults.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
  });
});
