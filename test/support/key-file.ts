import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file with a fresh secret, for `--key-file`. */
export interface KeyFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** Writes a key file that nobody else may read. */
export async function writeKeyFile(): Promise<KeyFile> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-keys-'));
  const path = join(folder, 'keys');
  await writeFile(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
