import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A policy file in a separate folder. */
export interface PolicyFile {
  readonly path: string;
  /** Replaces its text in one step, as careful editors and deployments do. */
  replace(text: string): Promise<void>;
  /** Saves its text in place. */
  save(text: string): Promise<void>;
  remove(): Promise<void>;
}

/** Writes a policy file that a test or the demo may change while Curfew is running. */
export async function writePolicyFile(text: string): Promise<PolicyFile> {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-policy-'));
  const path = join(folder, 'curfew.yaml');
  await writeFile(path, text);
  return {
    path,
    replace: async (next) => {
      await writeFile(`${path}.next`, next);
      await rename(`${path}.next`, path);
    },
    save: (next) => writeFile(path, next),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
