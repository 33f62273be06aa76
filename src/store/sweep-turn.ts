import type { LimitWords } from './script-words.ts';

/** One bounded turn of the sweeper, and what it has come to so far. */
export interface SweepTurn {
  /** By source name. */
  readonly limits: ReadonlyMap<string, LimitWords>;
  /** The store's clock at the beginning of the turn. */
  readonly nowMs: number;
  readonly examinedMax: number;
  examined: number;
  readonly ended: { idle: number; absolute: number };
}

/** How many more sessions this turn may look at. */
export function budgetOf({ examined, examinedMax }: SweepTurn): number {
  return Math.max(0, examinedMax - examined);
}
