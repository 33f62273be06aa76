import { expect } from 'chai';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoreUnavailable } from '../../../../src/session/session-store.ts';
import type { SourceRule } from '../../../../src/session/session-store.ts';
import { SweepLoop } from '../../../../src/store/sweep/sweep-loop.ts';
import type { SweepTimers } from '../../../../src/store/sweep/sweep-loop.ts';
import type { Sweeper, SweepReport } from '../../../../src/store/sweep/sweeper.ts';

/** Timers that a test fires by hand. */
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

  /** Runs the next turn to its end. Returns how long the loop waited for it. */
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
  finished: [],
  active: undefined,
  more: false,
  fault: undefined,
};
const NO_RULES: ReadonlyMap<string, SourceRule> = new Map();

function loopOver(
  timers: ManualTimers,
  sweep: Sweeper['sweep'],
  sources: () => typeof NO_RULES = () => NO_RULES,
) {
  const reported: unknown[] = [];
  const observer = {
    swept: (report: SweepReport) => reported.push(report),
    sweepFailed: (fault: Error) => reported.push(fault.message),
  };
  return { reported, loop: new SweepLoop({ sweeper: { sweep }, sources, observer, timers }) };
}

describe('SweepLoop', () => {
  for (const [chance, delayMs] of [
    [0, 1_800],
    [0.5, 3_000],
    [0.25, 2_400],
  ] as const) {
    it(`waits ${delayMs} ms with a random number of ${chance}, before the first turn too`, async () => {
      const timers = new ManualTimers();
      timers.chance = chance;
      const { loop, reported } = loopOver(timers, async () => nothing);
      loop.start();
      expect(await timers.fire()).to.equal(delayMs);
      expect(reported).to.deep.equal([nothing]);
      expect(timers.waiting?.delayMs).to.equal(delayMs);
      await loop.stop();
    });
  }

  it('says during a turn whether its rules still hold', async () => {
    const timers = new ManualTimers();
    let rules: ReadonlyMap<string, SourceRule> = new Map();
    const seen: unknown[] = [];
    const sweep: Sweeper['sweep'] = async (_, __, isCurrent) => {
      seen.push(isCurrent?.());
      rules = new Map();
      seen.push(isCurrent?.());
      return nothing;
    };
    const { loop } = loopOver(timers, sweep, () => rules);
    loop.start();
    await timers.fire();
    expect(seen).to.deep.equal([true, false]);
    await loop.stop();
  });

  it('continues soon when more is due, but rests three times as long as the turn took', async () => {
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

  it('reports a fault and tries again after the next interval', async () => {
    const timers = new ManualTimers();
    const { loop, reported } = loopOver(timers, async () => {
      throw new StoreUnavailable('down', 'no connection');
    });
    loop.start();
    await timers.fire();
    expect(reported).to.deep.equal(['no connection']);
    expect(timers.waiting?.delayMs).to.equal(3_000);
    await loop.stop();
  });

  it('reports what a turn ended before it was cut short, then the fault', async () => {
    const timers = new ManualTimers();
    const fault = new StoreUnavailable('late', 'no answer in time');
    const cut = { ...nothing, ended: { idle: 3, absolute: 1 }, examined: 7, more: true, fault };
    const { loop, reported } = loopOver(timers, async () => cut);
    loop.start();
    await timers.fire();
    expect(reported).to.deep.equal([cut, 'no answer in time']);
    expect(timers.waiting?.delayMs).to.equal(3_000);
    await loop.stop();
  });

  it('stops before the next turn', async () => {
    const timers = new ManualTimers();
    const { loop } = loopOver(timers, async () => nothing);
    loop.start();
    await loop.stop();
    expect(timers.waiting).to.equal(undefined);
  });

  it('stops after the current turn, and starts no other', async () => {
    const timers = new ManualTimers();
    let finish: (report: SweepReport) => void = () => undefined;
    const { loop, reported } = loopOver(
      timers,
      async () => new Promise<SweepReport>((resolve) => (finish = resolve)),
    );
    loop.start();
    await timers.fire();
    const stopping = loop.stop();
    finish(nothing);
    await stopping;
    expect(reported).to.deep.equal([nothing]);
    expect(timers.waiting).to.equal(undefined);
  });
});
