import { stat } from 'node:fs/promises';

const WORLD_READABLE = 0o004;

/** What its owner should know about who may read a file with a secret. `what` names the file's purpose. */
export async function warningsOfReaders(what: string, path: string): Promise<readonly string[]> {
  // Gone since it was read: somebody is replacing it, and what was read is good all the same.
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined || (facts.mode & WORLD_READABLE) === 0) return [];
  return [
    `${what} ${path} can be read by every user of this machine; chmod 600 it (Kubernetes: defaultMode 0440 and fsGroup)`,
  ];
}
