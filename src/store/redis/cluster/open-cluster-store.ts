import { SharedCapabilities } from '../../capabilities.ts';
import type { OpenedStore, StoreOptions } from '../../opened-store.ts';
import { both } from '../../store-observer.ts';
import type { ClusterAddress } from '../../store-location.ts';
import { CallSpelling } from '../connection/call-spelling.ts';
import { COMMAND_TIMEOUT_MS, SOCKET_TIMEOUT_MS } from '../connection/redis-client.ts';
import { Ledger } from '../durable/ledger.ts';
import { RedisPorts } from '../durable/redis-ports.ts';
import { RequiredReplicas } from '../durable/required-replicas.ts';
import { KnownMarks } from '../installation/known-marks.ts';
import { MarkPass } from '../installation/mark-pass.ts';
import { LeavingSessions } from '../sweep/leaving-sessions.ts';
import { ClusterListening } from './cluster-listening.ts';
import { RedisEnds } from '../listening/redis-ends.ts';
import { replicaCalls } from '../replica-calls.ts';
import { clusterAdministration } from './cluster-administration.ts';
import { ClusterConnection } from './cluster-connection.ts';
import { ClusterSweeper } from './cluster-sweeper.ts';
import { inspectCluster } from './inspect-cluster.ts';
import { nodeConnector } from './node-connector.ts';
import { ShardPrimaries } from './shard-primaries.ts';
import { tryClusterPermissions } from './try-cluster-permissions.ts';

/**
 * Opens the store on a Redis Cluster.
 * @throws {StoreFilesError} when a file that belongs to the store cannot be used or is missing
 */
export async function openClusterStore(
  address: ClusterAddress,
  options: StoreOptions,
): Promise<OpenedStore> {
  const { clock: wallClock, observer: reported = {}, onStoreLoss = () => 'continue' } = options;
  const leaving = new LeavingSessions();
  const observer = both(reported, leaving);
  const capabilities = new SharedCapabilities(() => performance.now());
  const { connectNode, wayToNode } = await nodeConnector(address, options);
  const seeds = address.nodes;
  const ends = new RedisEnds((handlers) => new ClusterListening(connection, wayToNode, handlers));
  const fixed = {
    capabilities,
    wallClock,
    spelling: new CallSpelling(capabilities, observer),
    replyMaxMs: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    silenceMaxMs: SOCKET_TIMEOUT_MS,
  };
  const connection = new ClusterConnection({
    seeds,
    observer,
    connect: (host, more) => connectNode(host, { ...fixed, ...more }),
    nodeConnected: (node) => {
      primaries.connected(node);
      ends.connected();
    },
  });
  const ledger = new Ledger(() => performance.now());
  const marks = new KnownMarks();
  const required = new RequiredReplicas(options.durableReplicas, () => performance.now());
  const ports = new RedisPorts({ connection, capabilities, observer, ledger, marks });
  const primaries = new ShardPrimaries({
    connection: () => connection,
    required,
    ledger,
    writeAgain: ports.writeAgain,
    settleVisits: ports.settleVisits,
    observer,
  });
  const administration = clusterAdministration(
    { observer: reported, capabilities, ledger, marks, required },
    { seeds, connectNode, wallClock },
  );
  const { store, directory, writeAgainIn: writeAgain } = ports;
  const markPass = new MarkPass({ connection, known: marks, observer, onStoreLoss, writeAgain });
  return {
    store,
    directory,
    ends,
    sweeper: new ClusterSweeper(connection, reported, { store, directory, leaving }, markPass),
    administration,
    capabilities,
    ...replicaCalls(connection, capabilities),
    inspect: async () => inspectCluster(connection, (node, info) => primaries.seen(node, info)),
    tryPermissions: async () => tryClusterPermissions(connection),
    close: async () => {
      primaries.close();
      await Promise.all([ends.close(), administration.close(), connection.close()]);
    },
  };
}
