import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from '../transport/listen-address.ts';
import { listen } from './listen.ts';
import type { ReadinessReport } from './readiness.ts';

/** A probe or a scrape: small, quick, few at a time. */
const REQUEST_MAX_MS = 5_000;
/** Node lets the first such pause pass if bytes are still waiting, so a reader that stops is cut after twice this. */
const ANSWER_PAUSE_MAX_MS = 2_500;
const IDLE_MAX_MS = 15_000;
const CHECK_CONNECTIONS_MS = 1_000;
const CONNECTIONS_MAX = 256;
const HEADER_MAX_BYTES = 8 * 1024;
const HEADER_LINES_MAX = 64;

export interface OpsServerDeps {
  readonly address: ListenAddress;
  readonly readiness: () => ReadinessReport;
  /** The metrics and their content type, as Prometheus' text format. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface OpsServer {
  /** Where it listens in fact, if port 0 was asked for. */
  readonly address: ListenAddress;
  close(): Promise<void>;
}

/**
 * `/livez` (the event loop turns), `/readyz` (can it decide; with every condition as JSON) and `/metrics`.
 * Without authentication, hence on an address of its own.
 * @throws what the system says when the address cannot be listened on
 */
export async function startOpsServer(deps: OpsServerDeps): Promise<OpsServer> {
  const server = createServer(
    {
      maxHeaderSize: HEADER_MAX_BYTES,
      // The whole request, and its head, must be here within this time: slow senders hold no socket.
      requestTimeout: REQUEST_MAX_MS,
      headersTimeout: REQUEST_MAX_MS,
      keepAliveTimeout: IDLE_MAX_MS,
      // How often Node looks for those; its default of 30 s would make the limits above mere words.
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
    },
    (request, response) => {
      // A reader that does not take its answer is cut as well.
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
  const path = (request.url ?? '').split('?', 1)[0];
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
      state.holds ? 'ok' : state.why,
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
  // An answer takes milliseconds; whoever is still connected then only waits.
  const cut = setTimeout(() => server.closeAllConnections(), 500);
  await closed;
  clearTimeout(cut);
}
