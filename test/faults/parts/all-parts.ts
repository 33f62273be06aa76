import { REPLICA_KILLED } from '../drive/replica-faults.ts';
import { startClusterStore } from '../stores/cluster.ts';
import { startLosingRedis } from '../stores/losing-redis.ts';
import { startSentinelStore } from '../stores/sentinels.ts';
import { startSingleRedis } from '../stores/single-redis.ts';
import { durableEnds } from './durable-ends.ts';
import { judgedRun } from './judged-run.ts';
import { overload } from './overload.ts';
import type { Part } from './part.ts';

/** In the order in which they run, and are read. */
export const PARTS: readonly Part[] = [
  {
    name: 'single',
    title: 'Two replicas over one Redis',
    run: (options) => judgedRun(startSingleRedis, options),
  },
  {
    name: 'losses',
    title: 'Two replicas over one Redis that loses its data',
    run: (options) => judgedRun(startLosingRedis, options, REPLICA_KILLED),
  },
  {
    name: 'sentinel',
    title: 'Two replicas over three Sentinels',
    run: (options) => judgedRun(startSentinelStore, options),
  },
  {
    name: 'sentinel-failovers',
    title: 'Durable ends over failovers with Sentinel',
    run: (options) => durableEnds(startSentinelStore, options),
  },
  {
    name: 'sentinel-valkey',
    title: 'Two replicas over three Sentinels of Valkey 9',
    run: (options) => judgedRun((replicas) => startSentinelStore(replicas, 'valkey 9'), options),
  },
  {
    name: 'sentinel-valkey-failovers',
    title: 'Durable ends over failovers with Sentinel of Valkey 9',
    run: (options) => durableEnds((replicas) => startSentinelStore(replicas, 'valkey 9'), options),
  },
  {
    name: 'cluster',
    title: 'Two replicas over a Cluster',
    run: (options) => judgedRun(startClusterStore, options),
  },
  {
    name: 'cluster-failovers',
    title: 'Durable ends over failovers of a Cluster',
    run: (options) => durableEnds(startClusterStore, options),
  },
  {
    name: 'cluster-valkey',
    title: 'Two replicas over a Cluster of Valkey 9',
    run: (options) => judgedRun((replicas) => startClusterStore(replicas, 'valkey 9'), options),
  },
  {
    name: 'overload',
    title: 'More checks than a far store can answer',
    run: overload,
  },
];
