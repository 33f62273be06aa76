import { request } from 'node:http';
import type { Agent, IncomingHttpHeaders } from 'node:http';

const ANSWER_MAX_MS = 20_000;

/** One answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface CallOptions {
  readonly method?: string;
  /** The Host header; by default that of the address. */
  readonly host?: string;
  /** Names and values; several pairs of one name are several lines. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** Keeps connections; by default every call has its own. */
  readonly agent?: Agent;
}

/** The headers of a browser when the user follows a link. */
export const NAVIGATION: readonly (readonly [string, string])[] = [
  ['accept', 'text/html,application/xhtml+xml'],
  ['sec-fetch-mode', 'navigate'],
  ['sec-fetch-dest', 'document'],
];

/** Sends one HTTP/1.1 request to 127.0.0.1, with exactly this path and these header lines. */
export function httpCall(port: number, path: string, options: CallOptions = {}): Promise<Answer> {
  const { method = 'GET', host = `127.0.0.1:${port}`, headers = [], body = '', agent } = options;
  const lines = [['host', host], ...headers];
  if (body !== '') lines.push(['content-length', String(Buffer.byteLength(body))]);
  return new Promise((resolve, reject) => {
    const call = request(
      // prettier-ignore
      { host: '127.0.0.1', port, path, method, agent: agent ?? false, headers: lines.flat(), timeout: ANSWER_MAX_MS },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      },
    );
    call.on('timeout', () => call.destroy(new Error(`no answer to ${method} ${path} in time`)));
    call.on('error', reject);
    call.end(body);
  });
}
