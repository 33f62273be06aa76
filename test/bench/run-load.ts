import type { LoadPlan, LoadResult } from './load/load-plan.ts';
import { runJson } from './run-json.ts';

/** As many as an Envoy with four worker threads has. */
export const CONNECTIONS = 4;
const DEFAULTS = {
  connections: CONNECTIONS,
  sessions: 1_000,
  firstSession: 0,
  form: 'raw',
} as const;

type Plan = Partial<LoadPlan> & Pick<LoadPlan, 'port' | 'pace'>;

/**
 * Runs a load in a process of its own, beside Redis. Missing verdicts are for the caller to tell: a machine that stands
 * still for a tenth of a second causes some.
 * @throws when any other answer is not the one expected: its figures would mean nothing
 */
export async function runLoad(
  plan: Plan,
  expected: 'allow' | 'deny' = 'allow',
): Promise<LoadResult> {
  const whole: LoadPlan = { ...DEFAULTS, watched: {}, ...plan };
  const script = new URL('./load/main.ts', import.meta.url);
  const result = await runJson<LoadResult>('others', script, whole);
  const { answers } = result;
  const others = answers.allow + answers.deny + answers.broken - answers[expected];
  if (answers[expected] === 0 || others > 0) {
    throw new Error(`not every answer was ${expected}: ${JSON.stringify(answers)}`);
  }
  return result;
}

/** Lets Curfew see its first requests a few at a time, as a service that has just started would. */
export async function warmUp(port: number, ms: number): Promise<void> {
  await runLoad({ port, pace: { kind: 'closed', inFlight: 8, warmUpMs: ms, measuredMs: 0 } });
}
