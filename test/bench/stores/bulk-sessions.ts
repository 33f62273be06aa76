import type { Redis } from 'ioredis';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import {
  PARTITION_COUNT,
  partitionKeys,
  partitionOf,
} from '../../../src/store/redis/store-keys.ts';
import { BASE64URL } from '../../../src/session/base64url.ts';
import { opening } from '../fill-store.ts';

const BATCH = 5_000;

/** What Curfew itself wrote for one session, to be written again under other names. */
export interface SessionTemplate {
  /** The record, as pairs of field and value. */
  readonly record: readonly string[];
  readonly expiresAtMs: number;
  /** When the sweeper looks at it. */
  readonly score: string;
  /** The limits of its source, as pairs. */
  readonly limits: readonly string[];
}

/** Opens one session through Curfew's store, and reads what that wrote. */
export async function sessionTemplate(
  { store }: Pick<OpenedStore, 'store'>,
  redis: Redis,
): Promise<SessionTemplate> {
  const request = opening(0, undefined);
  await store.open(request);
  const keys = partitionOf(request.key);
  const session = keys.session(request.key);
  const [record, limits] = [await redis.hgetall(session), await redis.hgetall(keys.limits)];
  return {
    record: Object.entries(record).flat(),
    expiresAtMs: await redis.pexpiretime(session),
    score: (await redis.zscore(keys.deadlines, request.key)) ?? '',
    limits: Object.entries(limits).flat(),
  };
}

/**
 * Writes so many live sessions, evenly into all partitions and without events. A script in the
 * server makes the names, so that millions take minutes.
 * @param clientOf an administrator's connection to the server with this partition
 */
export async function bulkSessions(
  template: SessionTemplate,
  count: number,
  clientOf: (partition: number) => Redis | Promise<Redis>,
): Promise<void> {
  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one partition after the other
    await fillPartition(template, partition, {
      redis: await clientOf(partition), // oxlint-disable-line no-await-in-loop
      count: Math.floor((count + partition) / PARTITION_COUNT),
    });
  }
}

async function fillPartition(
  template: SessionTemplate,
  partition: number,
  { redis, count }: { readonly redis: Redis; readonly count: number },
): Promise<void> {
  const { deadlines, limits, active, session } = partitionKeys(partition);
  const text = JSON.stringify({ ...template, expiresAtMs: `${template.expiresAtMs}` });
  for (let from = 0; from < count; from += BATCH) {
    const to = Math.min(from + BATCH, count);
    const names = [session(''), prefixOf(partition), from, to - 1] as const;
    // oxlint-disable-next-line no-await-in-loop -- a server runs one script at a time
    await redis.eval(WRITE, 3, deadlines, limits, active, text, ...names);
  }
}

/** The characters of a session key that tell its partition. The third half byte is 0. */
function prefixOf(partition: number): string {
  return `${BASE64URL[partition >> 2]}${BASE64URL[(partition & 3) << 4]}`;
}

const WRITE = `
local template = cjson.decode(ARGV[1])
local key, prefix = ARGV[2], ARGV[3]
for number = tonumber(ARGV[4]), tonumber(ARGV[5]) do
  local name = prefix .. redis.sha1hex(tostring(number)) .. 'A'
  redis.call('HSET', key .. name, unpack(template.record))
  redis.call('PEXPIREAT', key .. name, template.expiresAtMs)
  redis.call('ZADD', KEYS[1], template.score, name)
end
if #template.limits > 0 then redis.call('HSET', KEYS[2], unpack(template.limits)) end
for at = 1, #template.record, 2 do
  if template.record[at] == 'n' then
    redis.call('HINCRBY', KEYS[3], template.record[at + 1], ARGV[5] - ARGV[4] + 1)
  end
end
`;
