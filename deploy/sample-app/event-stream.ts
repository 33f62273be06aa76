import type { IncomingMessage, ServerResponse } from 'node:http';

const EVENT_EVERY_MS = 500;

/** Endless server-sent events: the stream lasts until the client or the proxy closes it. */
export function streamEvents(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  let count = 0;
  const send = (): void => void response.write(`data: event ${++count}\n\n`);
  send();
  const timer = setInterval(send, EVENT_EVERY_MS);
  response.on('close', () => clearInterval(timer));
}
