import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '..', '..', '..', 'deploy', 'envoy', 'rate-limit.yaml');
const FIRST_FILTER = /^( *)http_filters:\n/m;

/** The address that the file names as one that many people share. */
const SHARED = '192.0.2.1/32';

/**
 * A configuration of Envoy with the filter of `deploy/envoy/rate-limit.yaml` before all others.
 * @param shared an address in place of the one in the file; with the length of its prefix
 */
export function withRateLimit(config: string, shared: string = SHARED): string {
  const filter = readFileSync(file, 'utf8');
  if (filter.split(SHARED).length !== 2) throw new Error(`the file does not name ${SHARED} once`);
  const found = FIRST_FILTER.exec(config);
  if (found === null) throw new Error('there are no http_filters');
  const indent = `${found[1]}  `;
  const lines = filter.replace(SHARED, shared).trimEnd().split('\n');
  const item = lines.map((line) => (line === '' ? line : indent + line)).join('\n');
  return config.replace(found[0], () => `${found[0]}${item}\n`);
}
