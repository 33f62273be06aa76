import { CHECK_HEADERS, framed } from './load/check-connection.ts';
import { encodeHeaderBlocks } from './load/header-blocks.ts';
import type { LoadPlan, LoadResult } from './load/load-plan.ts';
import { provideSteadyLoad, runSteadyLoad } from './load/steady-load.ts';
import { runJson } from './run-json.ts';
import { checkRequestOf } from './workload.ts';

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
 * Runs a load in a separate process, on the core of Redis. The caller must report missing verdicts: a machine that stalls
 * for a tenth of a second causes some.
 * @throws if any other answer is unexpected, because the figures would mean nothing
 */
export async function runLoad(
  plan: Plan,
  expected: 'allow' | 'deny' = 'allow',
): Promise<LoadResult> {
  const result = await measured(plan);
  const { answers } = result;
  const others = answers.allow + answers.deny + answers.broken - answers[expected];
  if (answers[expected] === 0 || others > 0) fail(expected, answers);
  return result;
}

/** The same for a server that may lose calls. These count as calls without a verdict, as for a client that gives up. */
export async function runLossyLoad(plan: Plan): Promise<LoadResult> {
  const result = await measured(plan);
  const { allow, deny, noVerdict, broken } = result.answers;
  if (allow === 0 || deny > 0) fail('allow', result.answers);
  return { ...result, answers: { allow, deny, noVerdict: noVerdict + broken, broken: 0 } };
}

async function measured(plan: Plan): Promise<LoadResult> {
  const whole: LoadPlan = { ...DEFAULTS, watched: {}, ...plan };
  return (await steadily(whole)) ?? inNode(whole);
}

function fail(expected: string, answers: LoadResult['answers']): never {
  throw new Error(`not every answer was ${expected}: ${JSON.stringify(answers)}`);
}

function inNode(plan: LoadPlan): Promise<LoadResult> {
  return runJson('others', new URL('./load/main.ts', import.meta.url), plan);
}

/** Open loops only: in a closed one the load waits for the server anyway. */
async function steadily({ pace, ...plan }: LoadPlan): Promise<LoadResult | undefined> {
  if (pace.kind !== 'open') return undefined;
  const program = await provideSteadyLoad();
  if (program === undefined) return undefined;
  const { first, later } = encodeHeaderBlocks(CHECK_HEADERS);
  const bodies = Array.from({ length: plan.sessions }, (_, n) =>
    framed(checkRequestOf(plan.firstSession + n, plan.form)),
  );
  return runSteadyLoad(program, {
    ...plan,
    pace,
    first: { headers: first, body: bodies[0] ?? Buffer.alloc(0) },
    requests: bodies.map((body) => ({ headers: later, body })),
    reading: 'check',
  });
}

/** Sends Curfew its first requests a few at a time, as to a service that has just started. */
export async function warmUp(port: number, ms: number): Promise<void> {
  await runLoad({ port, pace: { kind: 'closed', inFlight: 8, warmUpMs: ms, measuredMs: 0 } });
}
