import { isIPv6 } from 'node:net';
import type { HostAndPort } from '../../store-hosts.ts';

/** The address of a node as one word, by which nodes are distinguished: `host:port`. */
export function addressWord({ host, port }: HostAndPort): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host.toLowerCase()}:${port}`;
}
