import { parseListenAddress } from '../transport/listen-address.ts';
import type { ListenAddress } from '../transport/listen-address.ts';

/** Longest path of a Unix socket that Linux takes (sun_path, without its closing NUL). */
const UNIX_PATH_MAX = 107;

/** Reads `host:port`, `[v6]:port` or `unix:/path`; port 0 takes a free one. A string is what is wrong, with a hint. */
export function parseListenSetting(text: string): ListenAddress | string {
  if (/^:\d+$/.test(text))
    return `names no host; write 0.0.0.0${text} to listen on every interface`;
  const address = parsed(text);
  if (address === undefined) return 'is no address; write host:port, [IPv6]:port or unix:/path';
  if (address.kind === 'tcp') return address;
  if (!address.path.startsWith('/')) {
    return 'needs an absolute path after unix:, as in unix:/run/curfew.sock';
  }
  const fits = Buffer.byteLength(address.path) <= UNIX_PATH_MAX;
  return fits ? address : `is too long for a Unix socket (${UNIX_PATH_MAX} bytes at most)`;
}

function parsed(text: string): ListenAddress | undefined {
  try {
    return parseListenAddress(text);
  } catch {
    return undefined;
  }
}
