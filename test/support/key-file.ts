import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { mountVolume } from './mounted-volume.ts';

/** A key file, for `--key-file`, as the kubelet lays a Secret out: symlinks that are swapped whole. */
export interface KeyFile {
  readonly path: string;
  /** Puts other keys in its place as the kubelet does. */
  publish(secrets: readonly Uint8Array[]): Promise<void>;
  /** Overwrites what stands in the file. */
  write(text: string): Promise<void>;
  remove(): Promise<void>;
}

const FOR_NOBODY_ELSE = 0o600;

/** Writes a key file that nobody else may read; by default with one fresh secret. */
export async function writeKeyFile(
  secrets: readonly Uint8Array[] = [randomBytes(32)],
): Promise<KeyFile> {
  const volume = await mountVolume({ keys: textOf(secrets) }, FOR_NOBODY_ELSE);
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
