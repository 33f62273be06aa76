import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKeyFile } from '../files/key-file.ts';
import { GUARDED_PASSWORD } from '../store/store-world.ts';
import type { AdminWorldOptions } from './admin-world.ts';

/** The flags of replicas that share a Redis with the ACL that we ship, and their server keys. */
export interface GuardedStore {
  /** @param port of the server, or of what leads to it */
  flags(port: number): Pick<AdminWorldOptions, 'store' | 'flags'>;
  remove(): Promise<void>;
}

export async function guardedStore(): Promise<GuardedStore> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-password-'));
  const passwordPath = join(folder, 'password');
  await writeFile(passwordPath, `${GUARDED_PASSWORD}\n`, { mode: 0o600 });
  const keys = await writeKeyFile();
  return {
    flags: (port) => ({
      store: `redis://curfew@127.0.0.1:${port}`,
      flags: [`--key-file=${keys.path}`, `--redis-password-file=${passwordPath}`],
    }),
    remove: async () => {
      await keys.remove();
      await rm(folder, { recursive: true });
    },
  };
}
