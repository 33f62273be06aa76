import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GUARDED_PASSWORD } from '../../support/store/store-world.ts';

/** How a replica of Curfew logs in to a server with the ACL that we ship. */
export interface Login {
  readonly flags: readonly string[];
  remove(): Promise<void>;
}

/** Writes the password into a file. */
export async function asCurfew(): Promise<Login> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-password-'));
  const file = join(folder, 'password');
  await writeFile(file, `${GUARDED_PASSWORD}\n`, { mode: 0o600 });
  return {
    flags: [`--redis-password-file=${file}`],
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
