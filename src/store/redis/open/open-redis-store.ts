import type { OnStoreLoss } from '../../../terms/on-store-loss.ts';
import { SharedCapabilities } from '../../capabilities.ts';
import type { OpenedStore, StoreOptions } from '../../opened-store.ts';
import type { RedisAddress, SentinelAddress } from '../../store-location.ts';
import { both } from '../../store-observer.ts';
import type { SentinelsState } from '../../store-observer.ts';
import { connectRedis, wayTo } from '../connection/connect-redis.ts';
import type { RedisPlace } from '../connection/connect-redis.ts';
import { COMMAND_TIMEOUT_MS, SOCKET_TIMEOUT_MS } from '../connection/redis-client.ts';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { readRedisSecrets } from '../access/redis-secrets.ts';
import { Ledger } from '../durable/ledger.ts';
import { PrimaryWatch } from '../durable/primary-watch.ts';
import { RedisAdministration } from '../durable/redis-administration.ts';
import { RedisPorts } from '../durable/redis-ports.ts';
import { RequiredReplicas } from '../durable/required-replicas.ts';
import { inspectRedis } from '../inspect-redis.ts';
import { KnownMarks } from '../installation/known-marks.ts';
import { MarkPass } from '../installation/mark-pass.ts';
import { ListeningConnection } from '../listening/listening-connection.ts';
import { RedisEnds } from '../listening/redis-ends.ts';
import { replicaCalls } from '../replica-calls.ts';
import { textOf } from '../read-reply.ts';
import { watchSentinels } from '../sentinel/watch-sentinels.ts';
import { PARTITION_COUNT, partitionKeys } from '../store-keys.ts';
import { LeavingSessions } from '../sweep/leaving-sessions.ts';
import { RedisSweeper, wholeWith } from '../sweep/redis-sweeper.ts';
import { tryPermissions } from '../try-permissions.ts';

/** Administration writes on one connection. */
const ONE_SERVER = {
  servers: {
    all: (connection: RedisConnection) => [connection],
    serverOf: (connection: RedisConnection) => connection,
    changes: () => 0,
  },
  isUp: ({ isUp }: RedisConnection) => isUp,
};

/** The channels of all partitions. */
const ALL_ENDS = Array.from({ length: PARTITION_COUNT }, (_, index) => partitionKeys(index).ends);

const CONTINUE = (): OnStoreLoss => 'continue';

/**
 * Opens the store on one Redis, or on the one that Sentinels name.
 * @throws {StoreFilesError} when a file that belongs to the store cannot be used or is missing
 */
export async function openRedisStore(
  address: RedisAddress | SentinelAddress,
  options: StoreOptions,
): Promise<OpenedStore> {
  const { clock: wallClock, observer: reported = {}, onStoreLoss = CONTINUE } = options;
  const leaving = new LeavingSessions();
  const place = await openPlace(address, options);
  const ends = endsAt(place);
  const observer = both(both(reported, leaving), ends);
  const capabilities = new SharedCapabilities(() => performance.now());
  const connection = connectRedis(place, {
    capabilities,
    wallClock,
    observer,
    replyMaxMs: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    silenceMaxMs: SOCKET_TIMEOUT_MS,
    connected: () => [primary, ends].forEach((each) => each.connected()),
  });
  const ledger = new Ledger(() => performance.now());
  const marks = new KnownMarks();
  const required = new RequiredReplicas(options.durableReplicas, () => performance.now());
  const ports = new RedisPorts({ connection, capabilities, observer, ledger, marks });
  const primary = new PrimaryWatch({
    read: async (...words) => connection.read(...words),
    heard: (info) => {
      required.seen(info);
      void ports.settleVisits();
    },
    changed: (beforeRunId, runId) => observer.primaryChanged(beforeRunId, runId),
    writeAgain: async () => {
      const notes = ledger.newestFirst();
      await ports.writeAgain(notes);
      observer.writtenAgain(notes.length);
    },
  });
  const administration = new RedisAdministration({
    connect: (more) => connectRedis(place, { capabilities, wallClock, ...more }),
    ...ONE_SERVER,
    observer: reported,
    capabilities,
    ledger,
    marks,
    required,
  });
  const { store, directory, writeAgainIn: writeAgain } = ports;
  const swept = wholeWith(
    new MarkPass({ connection, known: marks, observer, onStoreLoss, writeAgain }),
  );
  return {
    store,
    directory,
    ends,
    sweeper: new RedisSweeper(connection, reported, { store, directory, leaving }, swept),
    administration,
    capabilities,
    ...replicaCalls(connection, capabilities),
    inspect: async () => {
      const info = textOf(await connection.read('INFO'));
      primary.seen(info);
      return inspectRedis(info);
    },
    tryPermissions: async () => tryPermissions(connection),
    close: async () => {
      primary.close();
      place.sentinels?.view.close();
      await closeAll([ends, administration, connection]);
    },
  };
}

async function closeAll(parts: readonly { close(): Promise<void> }[]): Promise<void> {
  await Promise.all(parts.map(async (part) => part.close()));
}

function endsAt(place: RedisPlace): RedisEnds {
  return new RedisEnds(
    (handlers) => new ListeningConnection(wayTo(place), { ...handlers, channels: ALL_ENDS }),
  );
}

/** @throws {StoreFilesError} */
async function openPlace(
  address: RedisAddress | SentinelAddress,
  options: StoreOptions,
): Promise<RedisPlace> {
  const readSecrets = () => readRedisSecrets(options, address);
  const { secretsRejected, sentinelUsername: username, observer } = options;
  const place = { address, secrets: await readSecrets(), readSecrets, secretsRejected };
  if ('host' in address) return place;
  const stateChanged = (state: SentinelsState): void => observer?.sentinels?.(state);
  const clock = () => performance.now();
  return {
    ...place,
    sentinels: watchSentinels(address, { ...place, username, stateChanged, clock }),
  };
}
