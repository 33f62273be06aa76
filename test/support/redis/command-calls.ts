import type { Redis } from 'ioredis';

/**
 * How many commands a server has run since its start, those within scripts included. This call adds
 * one.
 *
 * @param name only this command, in lower case
 */
export async function commandCalls(redis: Redis, name?: string): Promise<number> {
  const text = await redis.info('commandstats');
  const calls = [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+),/gm)];
  const counted = calls.filter(([, command]) => name === undefined || command === name);
  return counted.reduce((sum, [, , count]) => sum + Number(count), 0);
}
