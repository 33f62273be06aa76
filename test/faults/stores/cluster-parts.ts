import type { Cluster } from '../../support/redis/cluster.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { eventually } from '../../support/time/eventually.ts';
import type { Dice } from '../drive/dice.ts';

const PRIMARIES = 3;
const PARTITIONS = 256;
const MEND_MAX_MS = 60_000;

/** A slot with sessions in it, and its primary. */
export interface ClusterPart {
  readonly slot: number;
  readonly owner: RedisServer;
}

/** The slot of a partition by chance. */
export async function anyPart(cluster: Cluster, dice: Dice): Promise<ClusterPart> {
  const partition = dice.between(0, PARTITIONS - 1);
  const slot = await cluster.slotOf(partition.toString(16).padStart(2, '0'));
  const owner = await eventually('owner', () => cluster.ownerOf(slot), MEND_MAX_MS);
  return { owner, slot };
}

export async function replicaOf(cluster: Cluster, owner: RedisServer): Promise<RedisServer> {
  return eventually('replica', async () => (await cluster.replicasOf(owner))[0], MEND_MAX_MS);
}

/** A primary by chance, without this one. */
export async function anotherPrimary(
  cluster: Cluster,
  dice: Dice,
  than: RedisServer,
): Promise<RedisServer> {
  return dice.anyOf((await primariesOf(cluster)).filter((node) => node !== than));
}

/** Resolves when every node agrees on all others, and each primary has a replica with its data. */
export async function whole(cluster: Cluster): Promise<void> {
  await eventually(
    'whole Cluster',
    async () => {
      if (!cluster.nodes.every(({ isAnswering }) => isAnswering)) return false;
      const [views, infos] = await Promise.all([
        Promise.all(cluster.nodes.map(async (node) => viewOf(cluster, node))),
        Promise.all(cluster.nodes.map(async (node) => cluster.admin(node).info('replication'))),
      ]);
      const primaries = infos.filter((info) => info.includes('role:master'));
      const haveData = infos.every((info) => /state=online|master_link_status:up/.test(info));
      return primaries.length === PRIMARIES && haveData && new Set(views).size === 1;
    },
    MEND_MAX_MS,
  );
}

/** What a node says about all nodes, without what differs from node to node. */
async function viewOf(cluster: Cluster, node: RedisServer): Promise<string> {
  const text = (await cluster.admin(node).call('CLUSTER', 'NODES')) as string;
  const lines = text.trim().split('\n');
  const views = lines.map((line) => {
    const [id, , flags = '', primary, , , epoch, , ...slots] = line.split(' ');
    return [id, flags.replace('myself,', ''), primary, epoch, ...slots].join(' ');
  });
  if (/fail|handshake|noaddr/.test(views.join())) throw new Error(text);
  return views.toSorted().join('\n');
}

async function primariesOf(cluster: Cluster): Promise<readonly RedisServer[]> {
  const infos = await Promise.all(
    cluster.nodes.map(async (node) => cluster.admin(node).info('replication')),
  );
  return cluster.nodes.filter((_, index) => infos[index]?.includes('role:master') === true);
}
