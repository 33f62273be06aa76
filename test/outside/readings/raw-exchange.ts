import { connect } from 'node:net';

/** What a server answered: its status and headers, or why there is no answer. */
export type RawAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** By name in lower case. Bytes of a value are read as Latin-1. */
      readonly headers: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'none' };

/** A request as it is written to the socket. */
export interface RawRequest {
  /** GET if left out. */
  readonly method?: string;
  readonly target: Uint8Array;
  /** The Host header. */
  readonly host?: string;
  /** More header lines, and a form as the body. */
  readonly headers?: readonly string[];
  readonly form?: string;
}

/** How long a server may take. All of them run on this machine and do nothing. */
const ANSWER_MAX_MS = 10_000;

/**
 * Sends one request whose target is exactly these bytes, over a connection of its own, so that no
 * client can change it.
 */
export function rawExchange(port: number, request: RawRequest): Promise<RawAnswer> {
  const bytes = requestBytes(request);
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const chunks: Buffer[] = [];
    const finish = (): void => {
      socket.destroy();
      resolve(parseAnswer(Buffer.concat(chunks).toString('latin1')));
    };
    socket.setTimeout(ANSWER_MAX_MS, () => {
      socket.destroy();
      reject(new Error(`no answer on port ${port} to ${bytes.toString('latin1')}`));
    });
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      // The head is all that is read; a server may keep the connection in spite of the request.
      if (Buffer.concat(chunks).includes('\r\n\r\n')) finish();
    });
    socket.on('end', finish);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') finish();
      else reject(error);
    });
  });
}

function requestBytes(request: RawRequest): Buffer {
  const { method = 'GET', target, host = 'app.example.com', headers = [], form } = request;
  const lines = [` HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers];
  if (form !== undefined) {
    lines.push('Content-Type: application/x-www-form-urlencoded', `Content-Length: ${form.length}`);
  }
  return Buffer.concat([
    Buffer.from(`${method} `),
    target,
    Buffer.from(`${lines.join('\r\n')}\r\n\r\n${form ?? ''}`),
  ]);
}

function parseAnswer(text: string): RawAnswer {
  const [statusLine = '', ...lines] = (text.split('\r\n\r\n')[0] ?? '').split('\r\n');
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(statusLine) ?? [];
  if (status === undefined) return { kind: 'none' };
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { kind: 'answer', status: Number(status), headers };
}
