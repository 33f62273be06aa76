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
  /** Another one to come at the same time; one that cannot comes later. */
  const besides = (one: Fault): Fault | undefined => {
    const other = next();
    if (other !== one && !(one.needsOthers === true && other.needsOthers === true)) return other;
    left.push(other);
    return undefined;
  };
  const make = (fault: Fault): Promise<void> => recorder.during(fault, dice);
  while (Date.now() < untilMs || left.length > 0) {
    const one = next();
    const other = dice.comes(atOnce) ? besides(one) : undefined;
    // oxlint-disable no-await-in-loop -- one after the other
    await Promise.all([make(one), ...(other === undefined ? [] : [make(other)])]);
    await sleep(dice.between(...pauseMs));
    // oxlint-enable no-await-in-loop
  }
}
