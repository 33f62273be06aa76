/** Where a server listens or is found: `HOST:PORT`, `[IPV6]:PORT` or `unix:/path`. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

const TCP = /^(\[[0-9a-fA-F:.%]+\]|[^:/[\]\s]+):(\d{1,5})$/;
const PORT_MAX = 65_535;

/**
 * @throws {RangeError} with the text in the message; the text comes from a setting, not from a
 *   client
 */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    if (path !== '') return { kind: 'unix', path };
  }
  const [, host, digits] = TCP.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port > PORT_MAX) {
    throw new RangeError(
      `"${text}" is not a valid address: use HOST:PORT, [IPV6]:PORT or unix:/path`,
    );
  }
  return { kind: 'tcp', host, port };
}

export function formatListenAddress(address: ListenAddress): string {
  return address.kind === 'unix' ? `unix:${address.path}` : `${address.host}:${address.port}`;
}

/** The address for a client on the same machine: it cannot connect to "all interfaces". */
export function reachableAddress(address: ListenAddress): ListenAddress {
  if (address.kind === 'unix') return address;
  if (address.host === '0.0.0.0') return { ...address, host: '127.0.0.1' };
  if (address.host === '[::]') return { ...address, host: '[::1]' };
  return address;
}
