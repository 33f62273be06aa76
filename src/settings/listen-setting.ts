import { parseListenAddress } from '../transport/listen-address.ts';
import type { ListenAddress } from '../transport/listen-address.ts';
import type { SettingReading } from './setting.ts';

/** Longest path of a Unix socket that Linux accepts (sun_path, without its closing NUL). */
const UNIX_PATH_MAX = 107;

/** Reads `host:port`, `[v6]:port` or `unix:/path`; port 0 means any free port. */
export function readListenAddress(text: string): SettingReading<ListenAddress> {
  if (/^:\d+$/.test(text)) {
    return { problem: `names no host; write 0.0.0.0${text} to listen on every interface` };
  }
  const address = parsed(text);
  if (address === undefined) {
    return { problem: 'is not an address; write host:port, [IPv6]:port or unix:/path' };
  }
  if (address.kind === 'tcp') return { value: address };
  if (!address.path.startsWith('/')) {
    return { problem: 'needs an absolute path after unix:, as in unix:/run/curfew.sock' };
  }
  return Buffer.byteLength(address.path) <= UNIX_PATH_MAX
    ? { value: address }
    : { problem: `is too long for a Unix socket (${UNIX_PATH_MAX} bytes at most)` };
}

function parsed(text: string): ListenAddress | undefined {
  try {
    return parseListenAddress(text);
  } catch {
    return undefined;
  }
}
