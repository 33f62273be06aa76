import type { Redis } from 'ioredis';

/** Such as `Redis 7.0.15` or `Valkey 9.1.2`, which names a version of Redis, too. */
export async function serverVersion(admin: Redis): Promise<string> {
  const info = await admin.info('server');
  const valkey = /valkey_version:(\S+)/.exec(info)?.[1];
  if (valkey !== undefined) return `Valkey ${valkey}`;
  return `Redis ${/redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'}`;
}
