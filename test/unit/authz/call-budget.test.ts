import { expect } from 'chai';
import {
  ANSWER_MARGIN_MS,
  decisionDeadlineAtMs,
  withinDeadline,
} from '../../../src/authz/call-budget.ts';

describe('decision deadline', () => {
  const cases = [
    { name: 'the caller named none', callBudgetMs: undefined, expectedMs: 1_000 + 150 },
    { name: 'the caller has longer', callBudgetMs: 250, expectedMs: 1_000 + 150 },
    { name: 'the caller has less', callBudgetMs: 40, expectedMs: 1_000 + 40 },
    { name: "the caller's time is over", callBudgetMs: 0, expectedMs: 1_000 },
  ];
  for (const { name, callBudgetMs, expectedMs } of cases) {
    it(`keeps a margin for the answer when ${name}`, () => {
      expect(decisionDeadlineAtMs(1_000, callBudgetMs, 150)).to.equal(
        expectedMs - ANSWER_MARGIN_MS,
      );
    });
  }
});

describe('within deadline', () => {
  it('gives the answer that comes in time', async () => {
    expect(await withinDeadline(Promise.resolve('live'), 1_000, () => 0)).to.equal('live');
  });

  it('passes on the fault that comes in time', async () => {
    const fault = new Error('refused');
    expect(await rejection(withinDeadline(Promise.reject(fault), 1_000, () => 0))).to.equal(fault);
  });

  it('is rejected when no answer comes', async () => {
    const never = new Promise<string>(() => {});
    expect(await rejection(withinDeadline(never, 3, () => 0))).to.include({
      code: 'ERR_STORE_UNAVAILABLE',
      fault: 'late',
    });
  });

  it('drops an answer that a stalled event loop delivers at the deadline itself, before the timer', async () => {
    let nowMs = 0;
    const answer = new Promise<string>((resolve) => {
      setImmediate(() => {
        nowMs = 60_000;
        resolve('live');
      });
    });
    expect(await rejection(withinDeadline(answer, 60_000, () => nowMs))).to.include({
      fault: 'late',
    });
  });

  it('still gives an answer one millisecond before the deadline', async () => {
    let nowMs = 0;
    const answer = new Promise<string>((resolve) => {
      setImmediate(() => {
        nowMs = 59_999;
        resolve('live');
      });
    });
    expect(await withinDeadline(answer, 60_000, () => nowMs)).to.equal('live');
  });
});

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`answered ${JSON.stringify(value)}`),
    (fault: unknown) => fault,
  );
}
