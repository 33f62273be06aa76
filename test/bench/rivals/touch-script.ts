import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { loadScripts } from '../../../src/store/redis/load-scripts.ts';
import { eventually } from '../../support/time/eventually.ts';
import { askOnce, PROBE_SESSION } from '../first-allow.ts';
import type { Serving } from '../serve-curfew.ts';

/** The call that Curfew sends to Redis for a check of a known session, for servers that must send the same. */
export interface TouchScript {
  /** A file with its text. */
  readonly path: string;
  /** Its arguments after the nonce, none of which has a comma. */
  readonly words: readonly string[];
  remove(): Promise<void>;
}

/**
 * Watches Redis while Curfew checks a session that it has opened before, so that the script and the arguments are those
 * that it really sends.
 */
export async function observeTouch(curfew: Serving): Promise<TouchScript> {
  const { lua, numberOfKeys } = loadScripts().touch;
  const hash = createHash('sha1').update(lua).digest('hex');
  const client = new Redis(curfew.redis.url);
  const monitor = await client.monitor();
  try {
    const seen: string[][] = [];
    monitor.on('monitor', (_: string, call: string[]) => seen.push(call));
    const answer = await askOnce(curfew.port, PROBE_SESSION);
    if (answer !== 'allow') throw new Error(`the session of the probe got ${answer}`);
    const isTouch = ([command = '', script]: string[]): boolean =>
      command.toLowerCase() === 'evalsha' && script === hash;
    const call = await eventually('call of the touch script', () => seen.find(isTouch));
    const folder = await mkdtemp(join(tmpdir(), 'curfew-touch-'));
    const path = join(folder, 'touch.lua');
    await writeFile(path, lua);
    // After the command: the hash, the number of keys, the keys, and the nonce.
    const words = call.slice(3 + numberOfKeys + 1);
    return { path, words, remove: () => rm(folder, { recursive: true, force: true }) };
  } finally {
    monitor.disconnect();
    client.disconnect();
  }
}
