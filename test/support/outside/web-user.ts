import { httpCall } from '../clients/http-call.ts';
import type { Answer } from '../clients/http-call.ts';
import { APP_HOST } from './guarded-application.ts';

const HOPS_MAX = 5;
const ORIGIN = `http://${APP_HOST}`;

/** What a person sees at the end of a navigation. */
export interface Page {
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

/**
 * A browser for one person, with a cookie jar: it navigates, submits forms and calls the application from a script. Every
 * address that it is sent to is one of the application, and is asked for at the port of Envoy.
 */
export class WebUser {
  readonly #port: number;
  readonly #cookies: Map<string, string>;

  constructor(port: number, cookies: ReadonlyMap<string, string> = new Map()) {
    this.#port = port;
    this.#cookies = new Map(cookies);
  }

  /** Another browser with the same cookies, as of now. */
  copy(): WebUser {
    return new WebUser(this.#port, this.#cookies);
  }

  /** The header that it sends. */
  cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Opens a page, and follows redirects. */
  open(path: string): Promise<Page> {
    return this.#navigate(path);
  }

  /** Logs in through the form of the page: fills the fields that logins have, and sends its hidden ones back. */
  async logIn(path: string, name: string): Promise<Page> {
    const { body } = await this.open(path);
    const fields = new URLSearchParams({ user: name, username: name, password: name });
    for (const [, field = '', value = ''] of body.matchAll(
      /<input type="hidden" name="([^"]+)" value="([^"]*)"/g,
    )) {
      fields.set(field, value);
    }
    return this.submit(path, fields);
  }

  /** Submits a form, and follows redirects. Django compares its token with a cookie. */
  submit(path: string, fields: URLSearchParams = new URLSearchParams()): Promise<Page> {
    const token = this.#cookies.get('csrftoken');
    if (token !== undefined && !fields.has('csrfmiddlewaretoken')) {
      fields.set('csrfmiddlewaretoken', token);
    }
    return this.#navigate(path, fields.toString());
  }

  /** What a script of the page does: no redirect is followed. */
  call(
    path: string,
    method = 'GET',
    more: readonly (readonly [string, string])[] = [],
  ): Promise<Answer> {
    const headers = [
      ['accept', 'application/json'],
      ['sec-fetch-site', 'same-origin'],
      ['sec-fetch-mode', 'cors'],
      ['sec-fetch-dest', 'empty'],
      ['origin', ORIGIN],
      ...more,
    ] as const;
    return this.#ask(path, method, headers);
  }

  /** The user for whom the application takes it; `nobody`; or for what reason Curfew refuses it. */
  async isSeenAs(): Promise<string> {
    const { status, body } = await this.call('/me');
    const { user, reason } = JSON.parse(body) as { user?: string | null; reason?: string };
    return status === 200 ? (user ?? 'nobody') : `refused: ${reason}`;
  }

  async #navigate(path: string, form?: string): Promise<Page> {
    let at = path;
    let body = form;
    for (let hop = 0; hop < HOPS_MAX; hop += 1) {
      const headers = [
        ['accept', 'text/html,application/xhtml+xml,*/*;q=0.8'],
        ['sec-fetch-site', 'same-origin'],
        ['sec-fetch-mode', 'navigate'],
        ['sec-fetch-user', '?1'],
        ['sec-fetch-dest', 'document'],
        ...(body === undefined
          ? []
          : ([
              ['content-type', 'application/x-www-form-urlencoded'],
              ['origin', ORIGIN],
            ] as const)),
      ] as const;
      const method = body === undefined ? 'GET' : 'POST';
      // oxlint-disable-next-line no-await-in-loop -- each answer says where to go next
      const answer = await this.#ask(at, method, headers, body);
      const { location } = answer.headers;
      if (location === undefined) return { path: at, status: answer.status, body: answer.body };
      const next = new URL(location, ORIGIN + at);
      at = `${next.pathname}${next.search}`;
      body = undefined;
    }
    throw new Error(`more than ${HOPS_MAX} redirects, the last one to ${at}`);
  }

  async #ask(
    path: string,
    method: string,
    headers: readonly (readonly [string, string])[],
    body?: string,
  ): Promise<Answer> {
    const own = this.cookies();
    const lines = [...headers];
    if (own !== '') lines.push(['cookie', own]);
    // As a browser does. Node would send an empty chunk instead, which not all of these servers read.
    if (method === 'POST' && body === undefined) lines.push(['content-length', '0']);
    const more = body === undefined ? {} : { body };
    const answer = await httpCall(this.#port, path, {
      host: APP_HOST,
      method,
      headers: lines,
      ...more,
    });
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1)];
    const isOver = attributes.some((word) =>
      /^\s*max-age=0|^\s*expires=.*\b(19|20[01])\d\d /i.test(word),
    );
    if (isOver) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}
