import { readFileSync } from 'node:fs';

/** The version of this program. From package.json, which lies two folders up, in the sources and in `dist` alike. */
export function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
