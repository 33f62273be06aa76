import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for what a framework writes, removed after the suite that asks for it. */
export function sessionFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `curfew-${name}-`));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
