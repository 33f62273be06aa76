import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the repository. */
export const ROOT: string = join(import.meta.dirname, '..', '..', '..');

/** Every page of the product, by its path from the root. */
export function allPages(): readonly string[] {
  return ['.', 'deploy', 'docs', 'findings', 'proto', 'src', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => join(folder, name)),
  );
}

export function pageText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** What is prose in a page: everything but its fenced blocks. */
export function proseOf(path: string): string {
  return pageText(path).replaceAll(/^( *)```[^]*?^\1```/gm, '');
}
