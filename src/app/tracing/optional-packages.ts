import { readFileSync } from 'node:fs';

/** The packages that tracing needs and nobody else does, as `npm install` takes them. From package.json, for `dist` too. */
export function optionalPackages(): readonly string[] {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { peerDependencies } = JSON.parse(text) as {
    readonly peerDependencies: Readonly<Record<string, string>>;
  };
  return Object.entries(peerDependencies).map(([name, range]) => `${name}@${range}`);
}
