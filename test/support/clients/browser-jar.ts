import { NAVIGATION, httpCall } from './http-call.ts';
import type { Answer } from './http-call.ts';

const HOPS_MAX = 10;

/** The parts of a browser that logins need: it keeps cookies for each port, and follows redirects. */
export class BrowserJar {
  readonly #cookies = new Map<string, string>();

  cookie(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  /** Opens an address. Every answer except the last one was a redirect. */
  async open(url: string): Promise<{ readonly answers: readonly Answer[]; readonly url: string }> {
    const answers: Answer[] = [];
    let at = url;
    for (let hop = 0; hop < HOPS_MAX; hop += 1) {
      // oxlint-disable-next-line no-await-in-loop -- each answer says where to go next
      const answer = await this.#ask(new URL(at));
      answers.push(answer);
      const { location } = answer.headers;
      if (location === undefined) return { answers, url: at };
      at = new URL(location, at).href;
    }
    throw new Error(`more than ${HOPS_MAX} redirects, the last one to ${at}`);
  }

  async #ask(url: URL): Promise<Answer> {
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = cookies === '' ? NAVIGATION : [...NAVIGATION, ['cookie', cookies] as const];
    const path = `${url.pathname}${url.search}`;
    const answer = await httpCall(Number(url.port), path, { host: url.host, headers });
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1)];
    const isOver = attributes.some((word) =>
      /^\s*max-age=0|^\s*expires=.* (19|20[01])\d\d /i.test(word),
    );
    if (isOver || value === '') this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}
