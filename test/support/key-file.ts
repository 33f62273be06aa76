import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key file, for `--key-file`, as the kubelet lays a Secret out: symlinks that are swapped whole. */
export interface KeyFile {
  readonly path: string;
  /** Puts other keys in its place as the kubelet does: a new folder, then one rename. */
  publish(secrets: readonly Uint8Array[]): Promise<void>;
  /** Overwrites what stands in the file. */
  write(text: string): Promise<void>;
  remove(): Promise<void>;
}

/** Writes a key file that nobody else may read; by default with one fresh secret. */
export async function writeKeyFile(
  secrets: readonly Uint8Array[] = [randomBytes(32)],
): Promise<KeyFile> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-keys-'));
  const path = join(folder, 'keys');
  let version = 0;
  const write = (text: string) => writeFile(path, text, { mode: 0o600 });
  const publish = async (next: readonly Uint8Array[]) => {
    const before = version;
    version += 1;
    const text = next.map((secret) => `${Buffer.from(secret).toString('hex')}\n`).join('');
    await mkdir(join(folder, `..v${version}`));
    await writeFile(join(folder, `..v${version}`, 'keys'), text, { mode: 0o600 });
    await symlink(`..v${version}`, join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    await symlink(join('..data', 'keys'), `${path}.next`);
    await rename(`${path}.next`, path);
    if (before > 0) await rm(join(folder, `..v${before}`), { recursive: true });
  };
  await publish(secrets);
  return { path, publish, write, remove: () => rm(folder, { recursive: true, force: true }) };
}
