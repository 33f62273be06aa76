import type { IncomingMessage, ServerResponse } from 'node:http';
import { resultOf } from '../admin-observer.ts';
import type { AdminObserver } from '../admin-observer.ts';
import { noNotes } from '../call-notes.ts';
import type { CallNotes } from '../call-notes.ts';
import { problemAnswer } from '../wire/answers.ts';
import { AdminProblem } from '../wire/problem.ts';
import { ADMIN_LIMITS } from './admin-limits.ts';
import type { ClientCertificates } from './client-certificates.ts';
import type { Exchange } from './exchange.ts';
import { lingerOn } from './linger.ts';
import { readBody } from './read-body.ts';

export interface ExchangeOptions {
  /** Answers a request. A problem is an answer, too; what it throws is a bug. */
  ask(url: string, method: string, exchange: Exchange): Promise<Response>;
  readonly observer: AdminObserver;
  /** Only for durations. */
  readonly monotonicMs: () => number;
}

/** `Request` of the web standards does not take these. They are asked for by a name that no call has, either. */
const REFUSED_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);
const NO_METHOD = 'OTHER';

/** Between Node's server and the application: one request in, one answer out, one observation. */
export class ExchangeHandler {
  readonly #options: ExchangeOptions;
  readonly #certificates: ClientCertificates;
  readonly #onIdle: (() => void)[] = [];
  /** Calls whose answer was not sent yet, those that were refused included. */
  #inFlight = 0;

  constructor(options: ExchangeOptions, certificates: ClientCertificates) {
    this.#options = options;
    this.#certificates = certificates;
  }

  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    void this.#answer(request, response).catch(() => response.destroy());
  };

  /** Resolves when no call is in flight. */
  async idle(): Promise<void> {
    if (this.#inFlight > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { observer, monotonicMs } = this.#options;
    const startedAtMs = monotonicMs();
    const notes = noNotes();
    const peer = request.socket.remoteAddress ?? '';
    const isAdmitted = this.#inFlight < ADMIN_LIMITS.inFlightMax;
    this.#inFlight += 1;
    try {
      const answered = isAdmitted ? await this.#ask(request, notes) : overloaded(notes);
      const { status } = answered;
      const sent = send(answered, request, response);
      const durationMs = monotonicMs() - startedAtMs;
      observer.called({ ...notes, status, result: resultOf(status), durationMs, peer });
      await sent;
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  async #ask(request: IncomingMessage, notes: CallNotes): Promise<Response> {
    try {
      const url = targetOf(request);
      const exchange = {
        shown: {
          authorization: linesOf(request, 'authorization'),
          certificateName: this.#certificates.nameOf(request),
        },
        notes,
        hasBody: hasBody(request),
        contentType: request.headers['content-type'] ?? '',
        readBody: () => readBody(request),
      };
      const { method = '' } = request;
      const asked = REFUSED_METHODS.has(method) ? NO_METHOD : method;
      return await this.#options.ask(url, asked, exchange);
    } catch (error) {
      const fault = error instanceof Error ? error : new Error('a value was thrown');
      return problemAnswer(fault, notes);
    }
  }
}

function overloaded(notes: CallNotes): Response {
  const detail = 'too many calls are in flight; try again in a moment';
  return problemAnswer(new AdminProblem('overloaded', detail), notes);
}

/** The target as a URL. The host that the client named decides nothing. */
function targetOf({ url = '' }: IncomingMessage): string {
  const target = `http://curfew${url}`;
  const isPath = url.startsWith('/') && !url.startsWith('//');
  // `URL` would leave out what follows a `#`, and with it the end of a subject.
  if (isPath && !url.includes('#') && URL.canParse(target)) return target;
  throw new AdminProblem('invalid_request', 'the target of the request is not a path');
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** All lines of a header: Node keeps only the first one of most names. */
function linesOf({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  );
}

/** Resolves when the answer was sent, or the client has gone. */
async function send(
  answered: Response,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = Buffer.from(await answered.arrayBuffer());
  // Of a client that has gone before, there is no `close` to wait for.
  if (response.closed) return;
  const headers = Object.fromEntries(answered.headers);
  const isHead = request.method === 'HEAD';
  if (!isHead) headers['content-length'] = String(body.length);
  const isWhole = request.complete;
  // What is left of the body is not used: the connection ends, and with it the sender.
  if (!isWhole) headers['connection'] = 'close';
  response.setTimeout(ADMIN_LIMITS.answerPauseMaxMs, () => request.socket.destroy());
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  response.writeHead(answered.status, headers);
  if (isWhole || isHead) {
    response.end(isHead ? undefined : body);
    await closed;
    return;
  }
  const written = new Promise<void>((resolve) => response.write(body, () => resolve()));
  lingerOn(request, response);
  await Promise.race([written, closed]);
}
