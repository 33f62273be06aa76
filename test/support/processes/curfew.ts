import { join } from 'node:path';
import type { TransportKind } from '../../../src/transport/start-transport.ts';
import { startProcess } from './child-process.ts';
import { eventually } from '../time/eventually.ts';
import { httpCall } from '../clients/http-call.ts';
import { imageNodeFlags } from '../image/node-flags.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');
const READY_MAX_MS = 50_000;

export interface CurfewOptions {
  readonly policyPath: string;
  readonly grpcPort: number;
  readonly opsPort: number;
  /** `memory:` by default. */
  readonly store?: string;
  /** The default of Curfew by default. */
  readonly transport?: TransportKind;
  /** More flags, one word in each element. */
  readonly flags?: readonly string[];
  /** More variables of its environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Its entry point; by default the sources. */
  readonly program?: string;
  /** False: return before the process is ready. */
  readonly waitUntilReady?: boolean;
}

/** A real `curfew serve`. */
export interface Curfew {
  readonly pid: number;
  readonly opsPort: number;
  log(): string;
  isReady(): Promise<boolean>;
  /** The page that Prometheus scrapes. */
  metrics(): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  ended(): Promise<number | NodeJS.Signals>;
  stop(): Promise<void>;
}

/** Starts Curfew as the image does; if it does not become ready, its log is in the error. */
export async function startCurfew(options: CurfewOptions): Promise<Curfew> {
  const { policyPath, grpcPort, opsPort, store = 'memory:', flags = [] } = options;
  const args = [
    ...imageNodeFlags(),
    options.program ?? main,
    'serve',
    `--config=${policyPath}`,
    `--store=${store}`,
    `--grpc-address=127.0.0.1:${grpcPort}`,
    `--ops-address=127.0.0.1:${opsPort}`,
    '--drain-delay=0s',
    ...(options.transport === undefined ? [] : [`--transport=${options.transport}`]),
    ...flags,
  ];
  const env = { ...process.env, ...options.env };
  const curfew = await startProcess(process.execPath, args, { env });
  const isReady = async () => (await httpCall(opsPort, '/readyz')).status === 200;
  if (options.waitUntilReady !== false) {
    const check = () => {
      if (!curfew.isAlive()) throw new Error('it has ended');
      return isReady();
    };
    await eventually('ready Curfew', check, READY_MAX_MS).catch(async (error: unknown) => {
      await curfew.stop();
      throw new Error(`${String(error)}\n${curfew.log()}`, { cause: error });
    });
  }
  return {
    pid: curfew.pid,
    opsPort,
    log: () => curfew.log(),
    isReady: () => isReady().catch(() => false),
    metrics: async () => (await httpCall(opsPort, '/metrics')).body,
    signal: (signal) => curfew.signal(signal),
    ended: () => curfew.ended(),
    stop: () => curfew.stop(),
  };
}
