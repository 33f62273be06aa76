import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long a client may still send what is not used any more. */
export const LINGER_MS = 1_000;

/**
 * Ends a response when its client has stopped sending, or after a while. A connection that is closed
 * while bytes of the client are unread is reset, and a client that is reset while it sends never
 * reads the answer that it already has.
 */
export function lingerOn(request: IncomingMessage, response: ServerResponse): void {
  const end = (): void => {
    clearTimeout(cut);
    response.end();
  };
  const cut = setTimeout(end, LINGER_MS);
  request.once('end', end).once('close', end).resume();
}
