import { encodeHeaderBlocks, encodeLiteral } from '../load/header-blocks.ts';
import type { LoadResult, Pace } from '../load/load-plan.ts';
import { provideSteadyLoad, runSteadyLoad } from '../load/steady-load.ts';
import { runJson } from '../run-json.ts';
import { CONNECTIONS } from '../run-load.ts';
import { COOKIE_NAME, credentialOf } from '../workload.ts';

/** Clients of a proxy use this many sessions in turn. */
export const CLIENT_SESSIONS = 100;

export interface ProxyPlan {
  readonly port: number;
  readonly path: string;
  readonly pace: Extract<Pace, { kind: 'open' }>;
}

/**
 * Requests one path from a proxy at a fixed rate: over HTTP/2 from the steady program, or over HTTP/1.1 from Node if that
 * program cannot be built.
 */
export async function runProxyLoad(plan: ProxyPlan): Promise<LoadResult> {
  const program = await provideSteadyLoad();
  if (program === undefined) return runJson('others', new URL('./main.ts', import.meta.url), plan);
  const { first, later } = encodeHeaderBlocks([
    [':method', 'GET'],
    [':path', plan.path],
    [':authority', 'app.example.com'],
    [':scheme', 'http'],
    ['accept', '*/*'],
    ['user-agent', 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko)'],
  ]);
  const body = Buffer.alloc(0);
  const asked = (block: Buffer, session: number) => {
    const cookie = encodeLiteral('cookie', `${COOKIE_NAME}=${credentialOf(session)}`);
    return { headers: Buffer.concat([block, cookie]), body };
  };
  return runSteadyLoad(program, {
    port: plan.port,
    connections: CONNECTIONS,
    pace: plan.pace,
    first: asked(first, 0),
    requests: Array.from({ length: CLIENT_SESSIONS }, (_, session) => asked(later, session)),
    reading: 'status',
    watched: {},
  });
}
