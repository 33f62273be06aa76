import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import type { HostAndPort } from '../../store-hosts.ts';
import { lookupHost } from './host-lookup.ts';

/** Begins to connect, with TLS or without it. */
export function openSocket(
  { host, port }: HostAndPort,
  isEncrypted: boolean,
  secureContext: SecureContext | undefined,
): Socket {
  const socket = isEncrypted
    ? connectTls({ host, port, lookup: lookupHost, ...tlsOptions(host, secureContext) })
    : connect({ host, port, lookup: lookupHost });
  // TLS emits two errors when we refuse the server's certificate and the server answers with an
  // alert; without a listener the second ends the process.
  return socket.on('error', () => undefined);
}

/** What a server of this name has to prove. */
export function tlsOptions(
  host: string,
  secureContext: SecureContext | undefined,
): ConnectionOptions {
  return {
    ...(secureContext && { secureContext }),
    // The certificate must be valid for the host that was named. Proxies in front of Redis route by
    // it, too.
    rejectUnauthorized: true,
    ...(isIP(host) === 0 && { servername: host }),
  };
}
