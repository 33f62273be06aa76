import { stat } from 'node:fs/promises';

const WORLD_READABLE = 0o004;

/**
 * Warns when every user of this machine may read a file that holds a secret.
 * @param purpose what the file is, for the text of the warning, such as `key file`
 */
export async function permissionWarnings(
  purpose: string,
  path: string,
): Promise<readonly string[]> {
  // A file that has gone since it was read is being replaced. What was read is still good.
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined || (facts.mode & WORLD_READABLE) === 0) return [];
  return [
    `every user of this machine can read the ${purpose} ${path}; run chmod 600 on it (Kubernetes: defaultMode 0440 and fsGroup)`,
  ];
}
