import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '../../support/child-process.ts';
import { provideRustProgram } from '../../support/provide-rust-program.ts';
import { onCore } from '../on-core.ts';
import type { LoadResult, Pace } from './load-plan.ts';

/** A request as it goes over HTTP/2, but for its frame headers. */
export interface WireRequest {
  readonly headers: Buffer;
  /** Empty: the headers end the request. */
  readonly body: Buffer;
}

export interface SteadyPlan {
  readonly port: number;
  readonly connections: number;
  readonly pace: Extract<Pace, { kind: 'open' }>;
  /** The first of each connection, which teaches the server's header table. Not measured. */
  readonly first: WireRequest;
  /** Asked in turn, again and again. */
  readonly requests: readonly WireRequest[];
  /** `check`: a gRPC message with a CheckResponse. `status`: an HTTP status, of which 200 counts as allow. */
  readonly reading: 'check' | 'status';
  /** Processes whose CPU time is taken while the load is measured, by name. */
  readonly watched: Readonly<Record<string, number>>;
}

const name = 'curfew-steady-load';
let building: Promise<string | undefined> | undefined;

/**
 * The program for open loops that our own process cannot keep as steady: a collection there is a lateness of several
 * milliseconds, which nobody could tell from one of the server. Undefined, with one line that tells why, without cargo.
 */
export function provideSteadyLoad(): Promise<string | undefined> {
  building ??= provideRustProgram(name, join(import.meta.dirname, 'steady')).then((built) => {
    if (built.kind === 'built') return built.path;
    process.stderr.write(`open loops are sent by Node, which is late at times: ${built.why}\n`);
    return undefined;
  });
  return building;
}

/** Runs an open loop in that program, beside Redis. */
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
