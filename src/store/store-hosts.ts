import { isIPv6 } from 'node:net';

/** Where a server listens. */
export interface HostAndPort {
  /** A name, or an address; an IPv6 address without brackets. In lower case. */
  readonly host: string;
  readonly port: number;
}

/**
 * How many hosts a store URL may name. They are only where Curfew begins to ask: the Sentinels that
 * watch one primary, or a few nodes of a Cluster of any size.
 */
export const HOSTS_MAX = 16;
/** The longest name in the DNS. */
const HOST_NAME_MAX = 253;

/**
 * Reads `host:port,host:port`. A string says what is wrong, and never repeats the text.
 * @param defaultPort of a host without a port
 */
export function parseHosts(text: string, defaultPort: number): readonly HostAndPort[] | string {
  if (text === '') return 'does not name a host';
  const parts = text.split(',');
  if (parts.length > HOSTS_MAX) {
    return `names ${parts.length} hosts; ${HOSTS_MAX} are the most, and a few are enough`;
  }
  const hosts: HostAndPort[] = [];
  for (const part of parts) {
    const read = parseHost(part, defaultPort);
    if (typeof read === 'string') return read;
    if (hosts.some(({ host, port }) => host === read.host && port === read.port)) {
      return 'names the same host and port twice; remove one of them';
    }
    hosts.push(read);
  }
  return hosts;
}

function parseHost(text: string, defaultPort: number): HostAndPort | string {
  if (text === '') return 'has an empty host between its commas; remove the comma';
  if (/\s/.test(text)) return 'has a space between its hosts; separate them by commas only';
  if (!text.startsWith('[') && /:.*:/.test(text)) {
    return 'has several colons in a host; write an IPv6 address in brackets, as in [::1]:6379';
  }
  const [, bracketed, name, portText] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(text) ?? [];
  const host = (bracketed ?? name)?.toLowerCase();
  if (bracketed !== undefined && !isIPv6(bracketed)) {
    return 'has brackets around something that is not an IPv6 address';
  }
  if (host === '') return 'has a port without a host';
  if (host === undefined || (bracketed === undefined && !isHostName(host))) {
    return 'has a character that no host name has; write host or host:port';
  }
  const port = portText === undefined ? defaultPort : readPort(portText);
  if (port === undefined) return 'has a port that is not a number from 1 to 65535';
  return { host, port };
}

/** Whether this may be the name or the IPv4 address of a host. Container names may have `_`. */
export function isHostName(text: string): boolean {
  return text.length <= HOST_NAME_MAX && /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?$/i.test(text);
}

/** A port in decimal digits, or `undefined`. */
export function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** Whether both are the same host and port, as they are written. */
export function isSame(one: HostAndPort, other: HostAndPort): boolean {
  return one.host === other.host && one.port === other.port;
}
