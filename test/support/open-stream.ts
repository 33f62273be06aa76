import { get } from 'node:http';
import { WebSocket } from 'ws';

const SEND_EVERY_MS = 100;

/** How a stream ended. */
export interface StreamEnd {
  /** Messages that had come through. */
  readonly messages: number;
  readonly atMs: number;
  /** The close code of a WebSocket, the HTTP status of an event stream, the status of a gRPC call. */
  readonly code: number;
}

/** For whom a stream is opened, and where. */
export interface StreamTarget {
  readonly port: number;
  readonly cookie: string;
  readonly host?: string;
}

/** Opens the sample's WebSocket, sends a message every 100 ms, and resolves when it is closed. */
export function openWebSocket({ port, cookie, host }: StreamTarget): Promise<StreamEnd> {
  const headers = { cookie, host: host ?? `127.0.0.1:${port}` };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers });
  const send = (): void => {
    if (socket.readyState === socket.OPEN) socket.send('hello');
  };
  const timer = setInterval(send, SEND_EVERY_MS);
  let messages = 0;
  socket.on('message', () => (messages += 1));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code) => {
      clearInterval(timer);
      resolve({ messages, atMs: performance.now(), code });
    });
  });
}

/** Opens the sample's event stream, and resolves when it ends; leaves it after `leaveAfterMs`. */
export function openEventStream(
  { port, cookie, host }: StreamTarget,
  leaveAfterMs = 60_000,
): Promise<StreamEnd> {
  const headers = { cookie, host: host ?? `127.0.0.1:${port}`, accept: 'text/event-stream' };
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/events', agent: false, headers };
    const call = get(options, (response) => {
      let messages = 0;
      const leave = setTimeout(() => call.destroy(), leaveAfterMs);
      response.on('data', () => (messages += 1));
      response.on('error', () => {}); // a cut stream has no proper end
      response.on('close', () => {
        clearTimeout(leave);
        resolve({ messages, atMs: performance.now(), code: response.statusCode ?? 0 });
      });
    });
    call.on('error', reject);
  });
}
