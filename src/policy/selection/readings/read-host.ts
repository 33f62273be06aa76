const WELL_FORMED = /^(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])$/;
/** A host that equals its normalised form: lower case, without port and final dot. */
const PLAIN = /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?$/;
const PORT = /:[0-9]*$/;

/** A host in the form that policies compare. */
export interface HostReading {
  /** Lower case, without port and one final dot. */
  readonly normalised: string;
  /** Lower case, with port and final dot: some proxies look for exactly this virtual host. */
  readonly asSent: string;
  /**
   * True for user information, several hosts or spaces: two correct parsers could read different
   * hosts. An empty host is well-formed.
   */
  readonly malformed: boolean;
}

/** Reads `:authority` or Host. */
export function readHost(host: string): HostReading {
  if (PLAIN.test(host)) return { normalised: host, asSent: host, malformed: false };
  const asSent = host.toLowerCase();
  const portless = asSent.replace(PORT, '');
  const normalised = portless.endsWith('.') ? portless.slice(0, -1) : portless;
  return { normalised, asSent, malformed: normalised !== '' && !WELL_FORMED.test(normalised) };
}

/**
 * The hosts that a proxy may have looked for, the normalised one first.
 * @param hostPorts `ignored`: the proxy strips or ignores ports
 */
export function hostReadings(
  { normalised, asSent }: HostReading,
  hostPorts: 'ignored' | 'judged',
): readonly string[] {
  const sought = hostPorts === 'ignored' ? asSent.replace(PORT, '') : asSent;
  return sought === normalised ? [normalised] : [normalised, sought];
}
