import { expect } from 'chai';
import { CoarseTimer } from '../../../src/timing/coarse-timer.ts';

// Real timers, and no guess: of timers of one duration Node fires first the one that was set first,
// so a timer set after the one under test shows when that one has fired or would have.
const PERIOD_MS = 1;

describe('CoarseTimer', () => {
  let looks = 0;

  /** A timer whose looks give these answers. */
  function timerAnswering(answers: readonly boolean[]): CoarseTimer {
    looks = 0;
    return new CoarseTimer(PERIOD_MS, () => {
      looks += 1;
      return answers[looks - 1] ?? false;
    });
  }

  it('looks once a period while there is something to look at, then stops', async () => {
    timerAnswering([true, true, false]).arm();
    const seen = [looks];
    for (let period = 0; period < 5; period += 1) {
      await nextPeriod();
      seen.push(looks);
    }
    expect(seen).to.deep.equal([0, 1, 2, 3, 3, 3]);
  });

  it('starts again when it is armed after it has stopped', async () => {
    const timer = timerAnswering([false, false]);
    timer.arm();
    await nextPeriod();
    timer.arm();
    await nextPeriod();
    expect(looks).to.equal(2);
  });

  it('does not put its look off when it is armed again before', async () => {
    const timer = timerAnswering([false]);
    timer.arm();
    const period = nextPeriod();
    timer.arm();
    await period;
    expect(looks).to.equal(1);
  });

  it('does not look after it was stopped', async () => {
    const timer = timerAnswering([false]);
    timer.arm();
    timer.stop();
    await nextPeriod();
    expect(looks).to.equal(0);
  });

  it('can be armed again after it was stopped', async () => {
    const timer = timerAnswering([false]);
    timer.arm();
    timer.stop();
    timer.arm();
    await nextPeriod();
    expect(looks).to.equal(1);
  });
});

function nextPeriod(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PERIOD_MS);
  });
}
