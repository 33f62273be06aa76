import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { echoWebSocket } from './websocket-echo.ts';
import { streamEvents } from './event-stream.ts';
import { logIn, logOut, userOf } from './logins.ts';
import { homePage, loginPage, paymentsPage } from './pages.ts';
import { returnTarget } from './return-target.ts';

type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => unknown;

const FORM_MAX = 8_192;
const HTML = 'text/html; charset=utf-8';

const routes: Readonly<Record<string, Route>> = {
  'GET /healthz': (_, response) => send(response, 200, 'text/plain', 'ok\n'),
  'GET /login': (_, response, url) => send(response, 200, HTML, loginPage(url.searchParams)),
  'POST /login': async (request, response) => {
    const form = await readForm(request);
    const target = returnTarget(form.get('rd'), request.headers.host ?? '');
    goTo(response, target, logIn(form.get('user')?.slice(0, 64) || 'guest'));
  },
  'POST /logout': (request, response) => goTo(response, '/login?reason=logout', logOut(request)),
  'GET /': page((user, request) => homePage(user, request.headers['session-lifetime'])),
  'GET /payments': page((user) => paymentsPage(user)),
  'GET /events': streamEvents,
  'POST /events': streamEvents,
  'GET /api/profile': (request, response) => json(response, { user: userOf(request) ?? null }),
  'GET /api/notifications': (_, response) => json(response, { unread: 2 }),
  'GET /assets/style.css': asset('style.css', 'text/css; charset=utf-8'),
  'GET /assets/app.js': asset('app.js', 'text/javascript; charset=utf-8'),
};

/** The web side of the sample: pages, API, event stream, WebSocket. */
export function createWebServer(): Server {
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '/', 'http://app.invalid');
    if (url === null) return send(response, 400, 'text/plain', 'what is this?\n');
    if (/^\/api\/echo(\/|$)/.test(url.pathname)) return json(response, whatArrived(request));
    const route = routes[`${request.method === 'HEAD' ? 'GET' : request.method} ${url.pathname}`];
    if (route === undefined) return send(response, 404, 'text/plain', 'no such page\n');
    Promise.resolve(route(request, response, url)).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket) => echoWebSocket(request, socket));
  return server;
}

/** What the application sees of a request, behind the proxy. */
function whatArrived({ method, url, rawHeaders }: IncomingMessage): object {
  const headers = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1]]] : [],
  );
  return { method, path: url, headers };
}

/** A page for logged-in users; the application itself sends others to the login. */
function page(html: (user: string, request: IncomingMessage) => string): Route {
  return (request, response, url) => {
    const user = userOf(request);
    if (user !== undefined) return send(response, 200, HTML, html(user, request));
    goTo(response, `/login?rd=${encodeURIComponent(url.pathname + url.search)}`);
  };
}

function asset(name: string, type: string): Route {
  const text = readFileSync(join(import.meta.dirname, 'assets', name), 'utf8');
  return (_, response) => send(response, 200, type, text);
}

function json(response: ServerResponse, value: object): void {
  send(response, 200, 'application/json', `${JSON.stringify(value)}\n`);
}

function goTo(response: ServerResponse, location: string, cookie?: string): void {
  response.writeHead(303, { location, ...(cookie === undefined ? {} : { 'set-cookie': cookie }) });
  response.end();
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > FORM_MAX) throw new Error('form too long');
  }
  return new URLSearchParams(text);
}
