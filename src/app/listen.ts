import type { Server } from 'node:net';
import type { ListenAddress } from '../transport/listen-address.ts';
import { removeStaleSocket } from '../transport/remove-stale-socket.ts';

/** Listens, or throws what the system says; {@link wordsForListenFault} has the words for it. */
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

// By the text too: the gRPC library puts the code into a sentence.
const WORDS: readonly (readonly [code: string, words: string])[] = [
  ['EADDRINUSE', 'another process uses this address already'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['EACCES', 'this user may not use it (ports below 1024 and some folders are reserved)'],
  ['ENOTFOUND', 'the name of the host cannot be resolved'],
  ['EAI_AGAIN', 'the name of the host cannot be resolved'],
  ['ENOENT', 'the folder of the socket does not exist'],
];

/** Why an address cannot be listened on, for whoever has set it. */
export function wordsForListenFault(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : 'for an unknown reason';
  return WORDS.find(([code]) => text.includes(code))?.[1] ?? text;
}
