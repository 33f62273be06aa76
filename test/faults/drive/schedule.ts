import { setTimeout as sleep } from 'node:timers/promises';
import type { Dice } from './dice.ts';
import type { Fault } from './fault.ts';
import type { Recorder } from './recorder.ts';

export interface ScheduleOptions {
  readonly faults: readonly Fault[];
  readonly recorder: Recorder;
  /** No round begins later. */
  readonly untilMs: number;
  /** The pause between two faults. */
  readonly pauseMs: readonly [lo: number, hi: number];
  /** Two faults at a time, in so many of all cases. */
  readonly atOnce: number;
}

/**
 * Makes one fault after the other. Each comes once before one comes twice, and the last round is
 * finished, so that a short run has all of them on a slow machine, too.
 */
export async function makeFaults(options: ScheduleOptions, dice: Dice): Promise<void> {
  const { faults, recorder, untilMs, pauseMs, atOnce } = options;
  if (faults.length === 0) return;
  let left: Fault[] = [];
  const next = (): Fault => {
    if (left.length === 0) left = [...faults];
    return left.splice(dice.between(0, left.length - 1), 1)[0] as Fault;
  };
  const make = ({ name, mayLoseMs, inject }: Fault): Promise<void> =>
    recorder.during(name, mayLoseMs, () => inject(dice));
  while (Date.now() < untilMs || left.length > 0) {
    const [one, other] = [next(), dice.comes(atOnce) ? next() : undefined];
    // oxlint-disable no-await-in-loop -- one after the other
    await Promise.all([make(one), ...(other === undefined || other === one ? [] : [make(other)])]);
    await sleep(dice.between(...pauseMs));
    // oxlint-enable no-await-in-loop
  }
}
