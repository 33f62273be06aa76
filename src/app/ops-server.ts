import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathWithoutQuery } from '../terms/path.ts';
import type { ListenAddress } from '../transport/listen-address.ts';
import { listen } from '../process/listen.ts';
import type { ReadinessReport } from '../process/readiness.ts';

/** Probes and scrapes are small, quick and few. */
const REQUEST_MAX_MS = 5_000;
/**
 * Node ignores the first such pause if bytes are still waiting, so a reader that stops reading is
 * disconnected after twice this time.
 */
const ANSWER_PAUSE_MAX_MS = 2_500;
const IDLE_MAX_MS = 15_000;
const CHECK_CONNECTIONS_MS = 1_000;
const CONNECTIONS_MAX = 256;
const HEADER_MAX_BYTES = 8 * 1024;
const HEADER_LINES_MAX = 64;

export interface OpsServerDeps {
  readonly address: ListenAddress;
  readonly readiness: () => ReadinessReport;
  /** The metrics in the text format of Prometheus, with its content type. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface OpsServer {
  /** With the actual port, if port 0 was asked for. */
  readonly address: ListenAddress;
  close(): Promise<void>;
}

/**
 * Serves `/livez` (the event loop turns), `/readyz` (whether this replica can decide, with every
 * condition as JSON) and `/metrics`. There is no authentication, so it has an address of its own.
 * @throws the error of the operating system if it cannot listen on the address
 */
export async function startOpsServer(deps: OpsServerDeps): Promise<OpsServer> {
  const server = createServer(
    {
      maxHeaderSize: HEADER_MAX_BYTES,
      // The head and the whole request must arrive within this time, so slow senders keep no
      // socket.
      requestTimeout: REQUEST_MAX_MS,
      headersTimeout: REQUEST_MAX_MS,
      keepAliveTimeout: IDLE_MAX_MS,
      // How often Node checks the two limits above. Its default is 30 s.
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
    },
    (request, response) => {
      // A client that does not read its answer is disconnected, too.
      response.setTimeout(ANSWER_PAUSE_MAX_MS, () => request.socket.destroy());
      answer(deps, request, response).catch(() => response.destroy());
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.maxHeadersCount = HEADER_LINES_MAX;
  await listen(server, deps.address);
  return { address: addressOf(server, deps.address), close: () => closeServer(server) };
}

async function answer(
  deps: OpsServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathWithoutQuery(request.url ?? '');
  if (path !== '/livez' && path !== '/readyz' && path !== '/metrics') {
    sendText(response, 404, 'not found; there are /metrics, /livez and /readyz\n');
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    sendText(response, 405, 'method not allowed\n');
    return;
  }
  switch (path) {
    case '/livez':
      sendText(response, 200, 'alive\n');
      return;
    case '/readyz':
      sendReadiness(response, deps.readiness());
      return;
    case '/metrics': {
      const { contentType, text } = await deps.metrics();
      send(response, 200, contentType, text);
      return;
    }
    default:
      path satisfies never;
  }
}

function sendReadiness(response: ServerResponse, report: ReadinessReport): void {
  const conditions = Object.fromEntries(
    Object.entries(report.conditions).map(([name, state]) => [
      name,
      state.isMet ? 'ok' : state.why,
    ]),
  );
  const body = JSON.stringify({ ready: report.ready, conditions }, undefined, 2);
  send(response, report.ready ? 200 : 503, 'application/json; charset=utf-8', `${body}\n`);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain; charset=utf-8', text);
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body); // Node itself leaves the body out for HEAD
}

function addressOf(server: Server, asked: ListenAddress): ListenAddress {
  if (asked.kind === 'unix') return asked;
  return { ...asked, port: (server.address() as AddressInfo).port };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // An answer takes milliseconds, so a connection that is still open after this time is idle.
  const cut = setTimeout(() => server.closeAllConnections(), 500);
  await closed;
  clearTimeout(cut);
}
