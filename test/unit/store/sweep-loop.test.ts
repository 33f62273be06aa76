import { expect } from 'chai';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SweepReport } from '../../../src/session/session-store.ts';
import { StoreUnavailable } from '../../../src/session/session-store.ts';
import { SweepLoop } from '../../../src/store/sweep-loop.ts';
import type { SweepTimers } from '../../../src/store/sweep-loop.ts';

/** Timers that a test moves by hand. */
class ManualTimers implements SweepTimers {
  now = 0;
  chance = 0.5;
  waiting: { delayMs: number; run: () => void } | undefined;

  after(delayMs: number, run: () => void): () => void {
    this.waiting = { delayMs, run };
    return () => (this.waiting = undefined);
  }

  nowMs(): number {
    return this.now;
  }

  random(): number {
    return this.chance;
  }

  /** Lets the next turn run to its end, and answers how long the loop had waited for it. */
  async fire(): Promise<number | undefined> {
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.run();
    await nextTurn();
    return waiting?.delayMs;
  }
}

const nothing: SweepReport = {
  ended: { idle: 0, absolute: 0 },
  examined: 0,
  more: false,
  fault: undefined,
};
const sources = () => new Map();

function loopOver(timers: ManualTimers, sweep: () => Promise<SweepReport>) {
  const told: unknown[] = [];
  const observer = {
    swept: (report: SweepReport) => told.push(report),
    sweepFailed: (fault: Error) => told.push(fault.message),
  };
  return { told, loop: new SweepLoop({ store: { sweep }, sources, observer, timers }) };
}

describe('SweepLoop', () => {
  for (const [chance, delayMs] of [
    [0, 2_500],
    [0.5, 5_000],
    [0.75, 6_250],
  ] as const) {
    it(`waits ${delayMs} ms when chance says ${chance}, before the first turn too`, async () => {
      const timers = new ManualTimers();
      timers.chance = chance;
      const { loop, told } = loopOver(timers, async () => nothing);
      loop.start();
      expect(await timers.fire()).to.equal(delayMs);
      expect(told).to.deep.equal([nothing]);
      expect(timers.waiting?.delayMs).to.equal(delayMs);
      await loop.stop();
    });
  }

  it('goes on soon when more is due, but rests three times as long as it worked', async () => {
    const timers = new ManualTimers();
    const { loop } = loopOver(timers, async () => {
      timers.now += 40;
      return { ...nothing, more: true };
    });
    loop.start();
    await timers.fire();
    expect(timers.waiting?.delayMs).to.equal(120);
    await loop.stop();
  });

  it('tells a fault and tries again at the next interval', async () => {
    const timers = new ManualTimers();
    const { loop, told } = loopOver(timers, async () => {
      throw new StoreUnavailable('down', 'no connection');
    });
    loop.start();
    await timers.fire();
    expect(told).to.deep.equal(['no connection']);
    expect(timers.waiting?.delayMs).to.equal(5_000);
    await loop.stop();
  });

  it('tells what a turn ended before it was cut short, then the fault', async () => {
    const timers = new ManualTimers();
    const fault = new StoreUnavailable('late', 'no answer in time');
    const cut = { ended: { idle: 3, absolute: 1 }, examined: 7, more: true, fault };
    const { loop, told } = loopOver(timers, async () => cut);
    loop.start();
    await timers.fire();
    expect(told).to.deep.equal([cut, 'no answer in time']);
    expect(timers.waiting?.delayMs).to.equal(5_000);
    await loop.stop();
  });

  it('stops before the next turn', async () => {
    const timers = new ManualTimers();
    const { loop } = loopOver(timers, async () => nothing);
    loop.start();
    await loop.stop();
    expect(timers.waiting).to.equal(undefined);
  });

  it('stops after the turn under way, and starts no other', async () => {
    const timers = new ManualTimers();
    let finish: (report: SweepReport) => void = () => undefined;
    const { loop, told } = loopOver(
      timers,
      async () => new Promise<SweepReport>((resolve) => (finish = resolve)),
    );
    loop.start();
    await timers.fire();
    const stopping = loop.stop();
    finish(nothing);
    await stopping;
    expect(told).to.deep.equal([nothing]);
    expect(timers.waiting).to.equal(undefined);
  });
});
