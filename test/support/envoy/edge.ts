import { randomBytes } from 'node:crypto';
import type { TransportKind } from '../../../src/transport/start-transport.ts';
import { startCurfew } from '../processes/curfew.ts';
import type { Curfew } from '../processes/curfew.ts';
import { edgeConfig } from './edge-config.ts';
import { startEnvoy } from './envoy.ts';
import type { Envoy } from './envoy.ts';
import { freePort } from '../network/free-port.ts';
import { writePolicyFile } from '../files/policy-file.ts';
import type { PolicyFile } from '../files/policy-file.ts';
import { startSampleApp } from '../processes/sample-app.ts';

export interface EdgeOptions {
  readonly policy: string;
  /** The port for clients; by default Envoy chooses. */
  readonly port?: number;
  readonly store?: string;
  readonly flags?: readonly string[];
  /** More flags for the replica at this index. */
  readonly flagsOf?: (place: number) => readonly string[];
  /** More variables of Curfew's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** The default of Curfew by default. */
  readonly transport?: TransportKind;
  readonly replicas?: number;
  /** A last change to Envoy's configuration, for settings that the production example does not have. */
  readonly editEnvoy?: (config: string) => string;
  /** An Envoy of another version than the newest. */
  readonly envoyBin?: string;
}

/** All parts together: clients send to Envoy, which asks Curfew and forwards to the sample application. */
export interface Edge {
  readonly port: number;
  readonly envoy: Envoy;
  readonly policyFile: PolicyFile;
  /** The running replicas. `start` may replace one that has ended. */
  readonly curfews: Curfew[];
  /** Starts the replica at this index (again), on its own ports. */
  start(place: number, waitUntilReady?: boolean): Promise<Curfew>;
  stop(): Promise<void>;
}

/** Starts Curfew, the sample application and a real Envoy with the production example's configuration. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    return await assemble(options, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  options: EdgeOptions,
  closers: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Edge> {
  const policyFile = await writePolicyFile(options.policy);
  closers.push(() => policyFile.remove());
  const places = Array.from({ length: options.replicas ?? 1 }, async (_, place) => ({
    policyPath: policyFile.path,
    grpcPort: await freePort(),
    opsPort: await freePort(),
    ...(options.store === undefined ? {} : { store: options.store }),
    ...(options.transport === undefined ? {} : { transport: options.transport }),
    flags: [...(options.flags ?? []), ...(options.flagsOf?.(place) ?? [])],
    env: options.env ?? {},
  }));
  const replicas = await Promise.all(places);
  const curfews: Curfew[] = [];
  closers.push(async () => void (await Promise.all(curfews.map((curfew) => curfew.stop()))));
  const start = async (place: number, waitUntilReady = true) => {
    const replica = replicas[place];
    if (replica === undefined) throw new Error(`there is no replica ${place}`);
    const curfew = await startCurfew({ ...replica, waitUntilReady });
    curfews[place] = curfew;
    return curfew;
  };
  const starting = startSampleApp();
  closers.push(async () => {
    // If it could not be started, the error is reported below.
    await starting.then(
      (app) => app.stop(),
      () => {},
    );
  });
  await Promise.all(replicas.map((_, place) => start(place)));
  const app = await starting;
  const config = edgeConfig({
    edge: options.port ?? 0,
    curfews: replicas.map(({ grpcPort }) => grpcPort),
    web: app.webPort,
    grpc: app.grpcPort,
  });
  const envoy = await startEnvoy({
    config: (options.editEnvoy ?? String)(config),
    ...(options.envoyBin === undefined ? {} : { bin: options.envoyBin }),
    args: ['--file-flush-interval-msec', '50'], // so that tests need not wait long for lines of the access log
  });
  closers.push(() => envoy.stop());
  return { port: await envoy.port('edge'), envoy, policyFile, curfews, start, stop };
}

/** A credential that no other test has. */
export function newCredential(): string {
  return randomBytes(16).toString('hex');
}
