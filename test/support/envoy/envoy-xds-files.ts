import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, '..', '..', '..', 'deploy', 'envoy', 'xds');

/** Where the parts around one Envoy are, all on 127.0.0.1, and its files. */
export interface XdsPlaces {
  /** The folder in place of `/etc/envoy/xds`. */
  readonly xds: string;
  /** The folder in place of `/etc/envoy/tls`. */
  readonly tls: string;
  readonly curfews: readonly number[];
  readonly web: number;
  readonly grpc: number;
}

/**
 * The files of `deploy/envoy/xds` by their names. Only addresses and folders are replaced. Envoy chooses the port of its
 * listener `edge`.
 */
export function xdsFiles(places: XdsPlaces): Record<string, string> {
  const files = globSync('*.yaml', { cwd: folder }).map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return [basename(name), replaceEach(text, places)] as const;
  });
  return Object.fromEntries(files);
}

function replaceEach(text: string, { xds, tls, curfews, web, grpc }: XdsPlaces): string {
  const replaced = text
    .replaceAll('/etc/envoy/xds', xds)
    .replaceAll('/etc/envoy/tls', tls)
    .replace('0.0.0.0, port_value: 8080', '127.0.0.1, port_value: 0')
    .replace('app, port_value: 8080', `127.0.0.1, port_value: ${web}`)
    .replace('app, port_value: 8081', `127.0.0.1, port_value: ${grpc}`)
    .replace(/domains: .*/, "domains: ['*']");
  return withEndpoints(replaced, curfews);
}

function withEndpoints(text: string, ports: readonly number[]): string {
  const lines = text.split('\n');
  const found = lines.filter((line) => /address: 10\.0\.0\.\d+, port_value: 9001/.test(line));
  const [first] = found;
  if (first === undefined) return text;
  const own = ports.map((port) => first.replace(/10.*9001/, `127.0.0.1, port_value: ${port}`));
  return lines
    .flatMap((line) => (line === first ? own : [line]))
    .filter((line) => !found.includes(line))
    .join('\n');
}
