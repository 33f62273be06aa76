import { expect } from 'chai';
import { CallQueue } from '../../../../../src/store/redis/wire/call-queue.ts';
import { CallKind } from '../../../../../src/store/redis/connection/observed-call.ts';
import { ReadCall } from '../../../../../src/store/redis/connection/read-call.ts';
import { ReplyWatch } from '../../../../../src/store/redis/wire/reply-watch.ts';
import type { SentCall } from '../../../../../src/store/redis/wire/sent-call.ts';

const READ = new CallKind('read', undefined, {});
const WAITER = { resolve: () => undefined, reject: () => undefined };

function callAt(startedAtMs: number, deadlineAtMs: number = startedAtMs + 150): SentCall {
  return new ReadCall(READ, { text: '', nonce: 0, startedAtMs, deadlineAtMs }, WAITER);
}

describe('ReplyWatch', () => {
  let pending: CallQueue;
  let overdue: SentCall[];
  let watch: ReplyWatch;

  beforeEach(() => {
    pending = new CallQueue();
    overdue = [];
    watch = new ReplyWatch(pending, {
      replyMaxMs: 150,
      silenceMaxMs: 400,
      overdue: (call) => {
        call.isSettled = true;
        overdue.push(call);
      },
    });
  });

  const owe = (call: SentCall): SentCall => {
    if (pending.length === 0) watch.heard(call.startedAtMs);
    pending.push(call);
    return call;
  };

  it('reports each call at its own deadline, wherever it is in the queue, and once', () => {
    const calls = [owe(callAt(0, 100)), owe(callAt(1, 50)), owe(callAt(2, 100))];
    watch.look(49.9);
    expect(overdue).to.deep.equal([]);
    watch.look(50);
    expect(overdue).to.deep.equal([calls[1]]);
    watch.look(100);
    watch.look(105);
    expect(overdue).to.deep.equal([calls[1], calls[0], calls[2]]);
  });

  it('finds a connection dead when replies are outstanding and it is silent', () => {
    owe(callAt(0));
    for (let nowMs = 5; nowMs < 400; nowMs += 5) expect(watch.look(nowMs)).to.equal(true);
    expect(watch.look(400)).to.equal(true);
    expect(watch.look(405)).to.equal(false);
  });

  it('does not find it dead when this process was too busy to read it', () => {
    owe(callAt(0));
    expect(watch.look(5)).to.equal(true);
    expect(watch.look(1_005)).to.equal(true);
    // The bytes that were waiting are read after the timer.
    watch.heard(1_006);
    watch.answered(callAt(0), 1_006);
    pending.shift();
    owe(callAt(1_006));
    expect(watch.look(1_010)).to.equal(true);
    expect(watch.look(1_015)).to.equal(true);
  });

  it('measures silence from the first outstanding reply', () => {
    watch.heard(0);
    for (let nowMs = 0; nowMs < 2_000; nowMs += 100) expect(watch.look(nowMs)).to.equal(true);
    owe(callAt(2_000));
    expect(watch.look(2_005)).to.equal(true);
    expect(watch.look(2_010)).to.equal(true);
  });

  it('finds a connection dead when every reply is late', () => {
    let isAlive = true;
    let nowMs = 0;
    for (; isAlive && nowMs < 2_000; nowMs += 5) {
      // Each reply takes 160 ms, and bytes come all the time.
      if (pending.length > 0 && nowMs - (pending.at(0)?.startedAtMs ?? 0) >= 160) {
        const call = pending.shift();
        if (call !== undefined) expect(watch.answered(call, nowMs)).to.equal(false);
      }
      owe(callAt(nowMs));
      watch.heard(nowMs);
      isAlive = watch.look(nowMs);
    }
    expect(nowMs).to.be.within(400, 450);
  });

  it('forgives late replies when others are in time again', () => {
    const late = owe(callAt(0));
    expect(watch.look(200)).to.equal(true);
    pending.shift();
    expect(watch.answered(late, 205)).to.equal(false);
    for (let nowMs = 205; nowMs < 2_000; nowMs += 5) {
      const call = owe(callAt(nowMs));
      expect(watch.look(nowMs)).to.equal(true);
      pending.shift();
      expect(watch.answered(call, nowMs + 1)).to.equal(true);
    }
  });

  it('keeps a connection with quick replies, even if the deadlines of the calls are shorter', () => {
    for (let nowMs = 0; nowMs < 3_000; nowMs += 5) {
      const call = owe(callAt(nowMs, nowMs + 1));
      watch.heard(nowMs);
      expect(watch.look(nowMs + 4)).to.equal(true);
      pending.shift();
      expect(watch.answered(call, nowMs + 4)).to.equal(true);
    }
  });
});

describe('CallQueue', () => {
  it('returns the calls in order, however full it was', () => {
    const queue = new CallQueue();
    const calls = Array.from({ length: 1_000 }, (_, index) => callAt(index));
    let [pushed, shifted] = [0, 0];
    for (const [push, shift] of [
      [60, 50],
      [300, 100],
      [400, 600],
      [240, 250],
    ] as const) {
      for (let step = 0; step < push; step += 1) queue.push(calls[pushed++] ?? callAt(-1));
      for (let step = 0; step < shift; step += 1) expect(queue.shift()).to.equal(calls[shifted++]);
      expect(queue.length).to.equal(pushed - shifted);
      expect(queue.at(0)).to.equal(calls[shifted]);
      expect(queue.at(queue.length)).to.equal(undefined);
    }
    expect(queue.shift()).to.equal(undefined);
  });
});
