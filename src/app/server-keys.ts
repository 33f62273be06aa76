import { randomServerKey, readKeyFile } from './key-file.ts';
import type { Log } from './log.ts';
import { KeyFileError } from './parse-key-file.ts';
import { StartFault } from './start-fault.ts';

/**
 * The secrets that name sessions, newest first. Without a key file, which only the memory store may lack, a random one.
 * @throws {StartFault}
 */
export async function serverKeys(
  keyFile: string | undefined,
  log: Log,
): Promise<readonly Uint8Array[]> {
  if (keyFile === undefined) return [randomServerKey()];
  try {
    const { keys, warnings } = await readKeyFile(keyFile);
    for (const warning of warnings) log.warn({ event: 'key_file_warned' }, warning);
    return keys;
  } catch (error) {
    if (error instanceof KeyFileError) throw new StartFault('usage', [error.message]);
    throw error;
  }
}
