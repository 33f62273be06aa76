import type { Server } from 'node:net';
import type { ListenAddress } from '../transport/listen-address.ts';
import { removeStaleSocket } from '../transport/remove-stale-socket.ts';

/**
 * Starts to listen on an address. A stale Unix socket is removed first.
 * @throws the error of the operating system; {@link listenFaultText} explains it to the operator
 */
export async function listen(server: Server, address: ListenAddress): Promise<void> {
  if (address.kind === 'unix') await removeStaleSocket(address.path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    if (address.kind === 'unix') server.listen({ path: address.path });
    else server.listen({ host: address.host.replace(/^\[(.*)\]$/, '$1'), port: address.port });
  });
}

// Searched for in the whole message, because the gRPC library puts the code into a sentence.
const TEXTS: readonly (readonly [code: string, text: string])[] = [
  ['EADDRINUSE', 'another process already uses this address'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['EACCES', 'this user is not allowed to use it (ports below 1024 and some folders are reserved)'],
  ['ENOTFOUND', 'the host name cannot be resolved'],
  ['EAI_AGAIN', 'the host name cannot be resolved'],
  ['ENOENT', 'the folder of the socket does not exist'],
];

/** Why an address cannot be listened on, for the operator. */
export function listenFaultText(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : 'for an unknown reason';
  return TEXTS.find(([code]) => text.includes(code))?.[1] ?? text;
}
