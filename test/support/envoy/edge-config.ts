import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '..', '..', '..', 'deploy', 'envoy', 'envoy.yaml');

/** Where the parts around one Envoy are, all on 127.0.0.1. */
export interface EdgeAddresses {
  /** 0 lets Envoy choose: ask it for the port of its listener `edge`. */
  readonly edge: number;
  /** The gRPC port of each replica of Curfew. */
  readonly curfews: readonly number[];
  readonly web: number;
  readonly grpc: number;
  /** The hosts of the application; by default any, so that each test can have its own. */
  readonly hosts?: readonly string[];
}

/**
 * The production example. Only the addresses that its first comment lists and the hosts are replaced; fails if the file
 * does not have exactly these.
 */
export function edgeConfig({ edge, curfews, web, grpc, hosts = ['*'] }: EdgeAddresses): string {
  let text = readFileSync(file, 'utf8');
  text = replaceLine(text, '0.0.0.0, port_value: 8080', [edge]);
  text = replaceLine(text, 'curfew, port_value: 9001', curfews);
  text = replaceLine(text, 'app, port_value: 8080', [web]);
  text = replaceLine(text, 'app, port_value: 8081', [grpc]);
  return withHosts(text, hosts);
}

/** Replaces the hosts of the application, in the one line with `domains:`. */
export function withHosts(text: string, hosts: readonly string[]): string {
  const own = /^( *)domains: .*$/m;
  if (text.match(new RegExp(own.source, 'gm'))?.length !== 1)
    throw new Error('not one virtual host');
  return text.replace(own, `$1domains: ${JSON.stringify(hosts)}`);
}

/** Replaces the one line with `{ address: WHAT }` by one line for each port. */
export function replaceLine(text: string, what: string, ports: readonly number[]): string {
  const lines = text.split('\n');
  const found = lines.filter((line) => line.includes(`{ address: ${what} }`));
  const [line] = found;
  if (line === undefined || found.length > 1) {
    throw new Error(`${found.length} lines have the address ${what}, not one`);
  }
  const own = ports.map((port) => line.replace(what, `127.0.0.1, port_value: ${port}`));
  return lines.flatMap((each) => (each === line ? own : [each])).join('\n');
}
