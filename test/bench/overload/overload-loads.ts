import type { LoadTimes } from '../check/load-times.ts';
import type { LoadResult } from '../load/load-plan.ts';
import { runLoad } from '../run-load.ts';
import type { Served } from '../serve-curfew.ts';

/** How long and how often the loads of this part run. */
export interface OverloadOptions {
  /** Curfew's entry point. */
  readonly program: string;
  readonly rounds: number;
  readonly firstWarmUpMs: number;
  readonly times: LoadTimes;
  say(what: string): void;
}

/** As many checks as are answered, with so many in flight. */
export function closedLoop(
  { port }: Served,
  inFlight: number,
  times: LoadTimes,
): Promise<LoadResult> {
  return runLoad({ port, pace: { kind: 'closed', inFlight, ...times } });
}

/** Of the measured checks alone. */
export function allowsPerSecond({ latencyOf, measuredMs }: LoadResult): number {
  return (latencyOf.allow.count * 1_000) / measuredMs;
}
