import { readFileSync } from 'node:fs';

/**
 * The version of this program, from package.json. That file is two folders up from here, both in
 * the sources and in `dist`.
 */
export function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
