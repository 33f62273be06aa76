import type { StoreOptions } from '../../src/store/opened-store.ts';
import { redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { openClusterWorld, startGuardedCluster } from '../support/store/cluster-world.ts';
import {
  announceAbilities,
  openRedisWorld,
  startGuardedRedis,
} from '../support/store/store-world.ts';
import type { ServerWorld } from '../support/store/store-world.ts';

const START_MAX_MS = 60_000;
// A machine that runs four servers is slower, and nothing in these suites is about time.
const TEST_MAX_MS = 30_000;
const PATIENCE = { commandTimeoutMs: 5_000 };
const ANNOUNCED_EVERY_MS = 10_000;

/** A server, or a Cluster, on which a suite runs. */
export interface SuiteServer {
  readonly name: 'Redis' | 'Cluster';
  /** How many random sequences run there, of this many on one server: a Cluster is slower. */
  sequences(count: number): number;
  /** Opens a world on it, in a `before` or later. */
  open(options?: Partial<StoreOptions>): Promise<ServerWorld>;
}

interface Started {
  open(options: Partial<StoreOptions>): Promise<ServerWorld>;
  stop(): Promise<void>;
}

/**
 * Runs suites on one server, and on a Cluster of three primaries. Each is started once for all of
 * them, as we ship it.
 */
export function describeOnServers(suites: (server: SuiteServer) => void): void {
  describeOn('on a real server', { name: 'Redis', sequences: (count) => count }, suites, startOne);
  const few = (count: number): number => Math.ceil(count / 3);
  describeOn('on a real Cluster', { name: 'Cluster', sequences: few }, suites, startThree);
}

function describeOn(
  where: string,
  kind: Omit<SuiteServer, 'open'>,
  suites: (server: SuiteServer) => void,
  start: () => Promise<Started>,
): void {
  describe(where, function () {
    this.timeout(TEST_MAX_MS);
    let started: Started | undefined;

    before(async function () {
      await redisServerOrSkip(this);
      this.timeout(START_MAX_MS);
      started = await start();
    });
    after(async () => started?.stop());

    suites({
      ...kind,
      open: async (options = PATIENCE) => {
        if (started === undefined) throw new Error('not started');
        return announcing(await started.open(options));
      },
    });
  });
}

/** Goes on announcing itself, as a replica does: what was announced is valid for less than a minute. */
function announcing(world: ServerWorld): ServerWorld {
  const announce = (): void => {
    // A server that does not answer fails the tests themselves.
    announceAbilities(world.opened).catch(() => undefined);
  };
  const timer = setInterval(announce, ANNOUNCED_EVERY_MS);
  return {
    ...world,
    close: async () => {
      clearInterval(timer);
      await world.close();
    },
  };
}

async function startOne(): Promise<Started> {
  const server = await startGuardedRedis();
  return {
    open: async (options) => openRedisWorld(server, options),
    stop: async () => server.stop(),
  };
}

async function startThree(): Promise<Started> {
  const cluster = await startGuardedCluster({ primaries: 3, replicasEach: 0 });
  return {
    open: async (options) => openClusterWorld(cluster, options),
    stop: async () => cluster.close(),
  };
}
