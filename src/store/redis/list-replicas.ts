import { REPLICA_SEEN_MAX_MS } from '../compare-replicas.ts';
import type { AnnouncedReplica } from '../compare-replicas.ts';
import { pairsOf, textsOf } from './read-reply.ts';
import type { StoreConnection } from './connection/store-connection.ts';
import { REPLICAS_KEY } from './store-keys.ts';
import type { RespReply } from './wire/resp.ts';

/** Fields of the hash that `announce.lua` writes: a beginning, a name, words with commas. */
const FIELD = /^(replica|can):([^:]*):?([^:]*)$/;

/**
 * The replicas that have announced themselves lately, as they are stored. Nothing is written.
 * @throws {StoreUnavailable}
 */
export async function listReplicas(
  connection: Pick<StoreConnection, 'read'>,
): Promise<readonly AnnouncedReplica[]> {
  return replicasIn(await connection.read('HGETALL', REPLICAS_KEY));
}

function replicasIn(reply: RespReply): readonly AnnouncedReplica[] {
  const found = new Map<string, { fingerprints: string[]; abilities: string[]; atMs: number }>();
  for (const [field, announcedAt] of pairsOf(textsOf(reply))) {
    const [, beginning, name = '', words = ''] = FIELD.exec(field) ?? [];
    if (beginning === undefined) continue;
    const one = found.get(name) ?? { fingerprints: [], abilities: [], atMs: 0 };
    found.set(name, one);
    const list = words.split(',').filter((word) => word !== '');
    if (beginning === 'can') one.abilities = list;
    else one.fingerprints = list;
    one.atMs = Math.max(one.atMs, Number(announcedAt));
  }
  const newestMs = Math.max(...[...found.values()].map(({ atMs }) => atMs));
  return [...found]
    .filter(([, { atMs }]) => newestMs - atMs <= REPLICA_SEEN_MAX_MS)
    .map(([replica, { atMs, ...rest }]) => ({ replica, ...rest, announcedAtMs: atMs }));
}
