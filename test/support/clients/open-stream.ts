import { request } from 'node:http';
import { WebSocket } from 'ws';

const SEND_EVERY_MS = 100;
const EVENT_SOURCE = { accept: 'text/event-stream' };

/** How a stream ended. */
export interface StreamEnd {
  /** The number of messages that arrived. */
  readonly messages: number;
  readonly atMs: number;
  /** The close code of a WebSocket, the HTTP status of an event stream, the status of a gRPC call. */
  readonly code: number;
}

/** The cookie with which a stream is opened, and its port. */
export interface StreamTarget {
  readonly port: number;
  readonly cookie: string;
  readonly host?: string;
}

/** How an event stream is asked for; by default as an EventSource does. */
export interface EventStreamRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly leaveAfterMs?: number;
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
  { method = 'GET', headers = EVENT_SOURCE, leaveAfterMs = 60_000 }: EventStreamRequest = {},
): Promise<StreamEnd> {
  const sent = { cookie, host: host ?? `127.0.0.1:${port}`, ...headers };
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/events', method, agent: false };
    const call = request({ ...options, headers: sent }, (response) => {
      let messages = 0;
      const leave = setTimeout(() => call.destroy(), leaveAfterMs);
      response.on('data', () => (messages += 1));
      response.on('error', () => {}); // a cut stream does not end normally
      response.on('close', () => {
        clearTimeout(leave);
        resolve({ messages, atMs: performance.now(), code: response.statusCode ?? 0 });
      });
    });
    call.on('error', reject);
    call.end();
  });
}
