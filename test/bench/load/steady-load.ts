import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '../../support/processes/child-process.ts';
import { provideRustProgram } from '../../../tools/provide-rust-program.ts';
import { onCore } from '../on-core.ts';
import type { LoadResult, Pace } from './load-plan.ts';

/** A request over HTTP/2, without its frame headers. */
export interface WireRequest {
  readonly headers: Buffer;
  /** If empty, the headers end the request. */
  readonly body: Buffer;
}

export interface SteadyPlan {
  readonly port: number;
  readonly connections: number;
  readonly pace: Extract<Pace, { kind: 'open' }>;
  /** The first request of each connection, which fills the server's header table. It is not measured. */
  readonly first: WireRequest;
  /** Sent in turn, repeatedly. */
  readonly requests: readonly WireRequest[];
  /** `check`: a gRPC message with a CheckResponse. `status`: an HTTP status, of which 200 counts as allow. */
  readonly reading: 'check' | 'status';
  /** Processes whose CPU time is measured with the load, by name. */
  readonly watched: Readonly<Record<string, number>>;
}

const name = 'curfew-steady-load';
let building: Promise<string | undefined> | undefined;

/**
 * The program for open loops. A Node process is not steady enough: a garbage collection delays calls by several
 * milliseconds, which looks like a delay of the server. Undefined without cargo, with the reason in one line.
 */
export function provideSteadyLoad(): Promise<string | undefined> {
  building ??= provideRustProgram(name, join(import.meta.dirname, 'steady')).then((built) => {
    if (built.kind === 'built') return built.path;
    process.stderr.write(`open loops are sent by Node, which is late at times: ${built.why}\n`);
    return undefined;
  });
  return building;
}

/** Runs an open loop in that program, on the core of Redis. */
export async function runSteadyLoad(program: string, plan: SteadyPlan): Promise<LoadResult> {
  const { perSecond, warmUpMs, measuredMs } = plan.pace;
  const folder = await mkdtemp(join(tmpdir(), 'curfew-load-'));
  try {
    const requests = join(folder, 'requests');
    await writeFile(requests, Buffer.concat([plan.first, ...plan.requests].flatMap(partsOf)));
    const warmUpCalls = Math.ceil((warmUpMs * perSecond) / 1_000);
    const watched = Object.entries(plan.watched).map(([who, pid]) => `${who}:${pid}`);
    const args = {
      port: plan.port,
      connections: plan.connections,
      'per-second': perSecond,
      'warm-up-calls': warmUpCalls,
      calls: warmUpCalls + Math.round((measuredMs * perSecond) / 1_000),
      reading: plan.reading,
      watched: watched.join(','),
      requests,
    };
    const words = Object.entries(args).map(([key, value]) => `--${key}=${value}`);
    const load = await startProcess(...onCore('others', program, words));
    const end = await load.ended();
    if (end !== 0) throw new Error(`the load ended with ${end}:\n${load.log()}`);
    return JSON.parse(load.log().trimEnd().split('\n').at(-1) ?? '') as LoadResult;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Each part with its length in front. */
function partsOf({ headers, body }: WireRequest): Buffer[] {
  return [headers, body].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
}
