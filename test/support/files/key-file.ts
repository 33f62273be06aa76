import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { mountVolume } from './mounted-volume.ts';

/** A key file for `--key-file`, with the symlinks by which the kubelet replaces a Secret in one step. */
export interface KeyFile {
  readonly path: string;
  /** Replaces the keys as the kubelet does. */
  publish(secrets: readonly Uint8Array[]): Promise<void>;
  /** Overwrites the content of the file. */
  write(text: string): Promise<void>;
  remove(): Promise<void>;
}

const OWNER_ONLY = 0o600;

/** Writes a key file that only its owner can read; by default with one fresh secret. */
export async function writeKeyFile(
  secrets: readonly Uint8Array[] = [randomBytes(32)],
): Promise<KeyFile> {
  const volume = await mountVolume({ keys: textOf(secrets) }, OWNER_ONLY);
  const path = volume.path('keys');
  return {
    path,
    publish: (next) => volume.swap({ keys: textOf(next) }),
    write: (text) => writeFile(path, text),
    remove: () => volume.remove(),
  };
}

function textOf(secrets: readonly Uint8Array[]): string {
  return secrets.map((secret) => `${Buffer.from(secret).toString('hex')}\n`).join('');
}
