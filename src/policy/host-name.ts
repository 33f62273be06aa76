const WELL_FORMED = /^(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])$/;
/** What is its own normalised form: lower case, and neither a port nor a final dot. */
const PLAIN = /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?$/;
const PORT = /:[0-9]*$/;

/** A host as the policies see it. */
export interface HostReading {
  /** Lower case, without port and one final dot. */
  readonly normalised: string;
  /** User information, several hosts, spaces: two honest parsers could read different hosts. Empty is well-formed. */
  readonly malformed: boolean;
}

/** Reads `:authority` or Host. */
export function readHost(host: string): HostReading {
  if (PLAIN.test(host)) return { normalised: host, malformed: false };
  const portless = host.toLowerCase().replace(PORT, '');
  const normalised = portless.endsWith('.') ? portless.slice(0, -1) : portless;
  return { normalised, malformed: normalised !== '' && !WELL_FORMED.test(normalised) };
}

/** Whether a host pattern (exact, or `*.suffix`), in lower case, admits a normalised, well-formed host. */
export function hostMatches(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

/** True when every host that `narrow` admits is admitted by `wide`, too. */
export function hostCovers(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  return wide.startsWith('*.') && narrow.replace(/^\*/, '').endsWith(wide.slice(1));
}
