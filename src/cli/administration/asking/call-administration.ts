import { request as plainRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { checkServerIdentity } from 'node:tls';
import type { Connection } from './connection.ts';
import { whyNoAnswer } from './no-answer.ts';

/** One call of the administration's API. */
export interface Call {
  readonly method: 'GET' | 'POST';
  /** With its query, encoded. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object;
}

/** What came back. */
export type CallAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The JSON document as it was sent. */
      readonly text: string;
      readonly document: unknown;
      /** The server's time, or ours if it sent none. */
      readonly nowMs: number;
    }
  /** No answer of a Curfew came. `why` says what is wrong and what to do. */
  | { readonly kind: 'none'; readonly why: string };

/** Longer than the server waits for Redis and its replicas. */
const ANSWER_MAX_MS = 15_000;
/** A page of sessions is far below this. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

/** Asks once. Nothing is repeated: the user decides, and every call may be repeated safely. */
export async function callAdministration(connection: Connection, call: Call): Promise<CallAnswer> {
  try {
    const response = await respond(connection, call);
    const text = await textOf(response);
    const status = response.statusCode ?? 0;
    const document = documentOf(response, text);
    if (document === undefined) {
      return { kind: 'none', why: whyNoAnswer(connection, { kind: 'foreign', status }) };
    }
    const dateMs = Date.parse(response.headers.date ?? '');
    return { kind: 'answered', status, text, document, nowMs: closest(dateMs) };
  } catch (error) {
    return { kind: 'none', why: whyNoAnswer(connection, { kind: 'fault', error }) };
  }
}

function respond({ url, token, tls }: Connection, call: Call): Promise<IncomingMessage> {
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const options: RequestOptions = {
    method: call.method,
    signal: AbortSignal.timeout(ANSWER_MAX_MS),
    headers: {
      accept: 'application/json, application/problem+json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
    },
  };
  const target = new URL(call.path, url);
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? tlsRequest(target, { ...options, ...tlsOptions(tls) })
        : plainRequest(target, options);
    request.once('response', resolve);
    request.once('error', reject);
    request.end(body);
  });
}

function tlsOptions({ ca, cert, key, serverName }: Connection['tls']): object {
  return {
    ca,
    cert,
    key,
    ...(serverName !== undefined && {
      servername: serverName,
      checkServerIdentity: (_host: string, shown: Parameters<typeof checkServerIdentity>[1]) =>
        checkServerIdentity(serverName, shown),
    }),
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new Error('its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `undefined`: not what an administration of Curfew answers with. */
function documentOf(response: IncomingMessage, text: string): unknown {
  if (!/^application\/(?:problem\+)?json\b/.test(response.headers['content-type'] ?? '')) {
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The header has whole seconds, so our clock is better while the two agree. */
function closest(dateMs: number): number {
  const ownMs = Date.now();
  return Number.isNaN(dateMs) || Math.abs(dateMs - ownMs) < 2_000 ? ownMs : dateMs;
}
