import { NAVIGATION, httpCall } from '../support/clients/http-call.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { GRPC_STATUS, grpcSay } from '../support/clients/grpc-echo-client.ts';
import type { Narrator } from './narrator.ts';

const NO_AGE = '      ';

/** A client with a cookie jar that sends requests to Envoy and prints every answer. */
export class Visitor {
  readonly #port: number;
  readonly #narrator: Narrator;
  #cookie = '';
  #loggedInAtMs = performance.now();

  constructor(port: number, narrator: Narrator) {
    this.#port = port;
    this.#narrator = narrator;
  }

  /** The cookie as it would be sent; empty without a login. */
  get cookie(): string {
    return this.#cookie;
  }

  /** Seconds since the login. */
  ageS(atMs: number = performance.now()): number {
    return (atMs - this.#loggedInAtMs) / 1_000;
  }

  /**
   * Posts the sample's login form. The session begins here, because Curfew has not seen the cookie before.
   * @param register what the login service does with the value of the cookie before the browser has it
   */
  async logIn(register?: (credential: string) => Promise<void>): Promise<void> {
    const options = { method: 'POST', body: 'user=Ann&rd=%2F' };
    const answer = await httpCall(this.#port, '/login', options);
    this.#cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    this.#narrator.event(
      `${NO_AGE}  POST /login`,
      String(answer.status),
      'the application sets its cookie sid',
    );
    await register?.(this.#cookie.replace('sid=', ''));
    this.#loggedInAtMs = performance.now();
    await this.browse('/', 'a browser');
  }

  /** Posts the sample's logout form, as a browser does from a page of the application. */
  async signOut(): Promise<Answer> {
    const headers = [...NAVIGATION, ['sec-fetch-site', 'same-origin'] as const, ...this.#headers()];
    const answer = await httpCall(this.#port, '/logout', { method: 'POST', headers });
    const what = `${seconds(this.ageS())}  POST /logout`;
    this.#narrator.event(what, String(answer.status), 'the application forgets her');
    return answer;
  }

  /** A request as a script sends it. */
  async fetch(path: string): Promise<Answer> {
    return this.#print(path, '', await httpCall(this.#port, path, { headers: this.#headers() }));
  }

  /** A request as a browser sends it when the user follows a link. */
  async browse(path: string, note = 'a browser'): Promise<Answer> {
    const headers = [...NAVIGATION, ...this.#headers()];
    return this.#print(path, note, await httpCall(this.#port, path, { headers }));
  }

  /** A gRPC call; the number of its status. */
  async callGrpc(): Promise<number> {
    const { code, details } = await grpcSay(
      this.#port,
      this.#cookie === '' ? {} : { cookie: this.#cookie },
    );
    const why = `${GRPC_STATUS[code] ?? ''} ${reasonIn(details)}`.trim();
    const what = `${seconds(this.ageS())}  gRPC curfew.sample.Echo/Say`;
    this.#narrator.event(what, String(code), why);
    return code;
  }

  #headers(): (readonly [string, string])[] {
    return this.#cookie === '' ? [] : [['cookie', this.#cookie]];
  }

  #print(path: string, note: string, answer: Answer): Answer {
    const age = this.#cookie === '' ? NO_AGE : seconds(this.ageS());
    const what = [`GET ${path}`, note && `(${note})`].join(' ').trim();
    this.#narrator.event(`${age}  ${what}`, String(answer.status), whyOf(answer));
    return answer;
  }
}

/** The reason in a problem document; empty for any other answer. */
export function reasonOf({ body }: Answer): string {
  return reasonIn(body);
}

/** Whether a browser was sent to the login, with the page to return to. */
export function isSentToLogin({ status, headers }: Answer): boolean {
  return status === 302 && (headers.location?.includes('/login?rd=') ?? false);
}

/** An age as the story's first column. */
export function seconds(ageS: number): string {
  return `${ageS.toFixed(1)} s`.padStart(NO_AGE.length);
}

function reasonIn(text: string): string {
  return /"reason" ?: ?"(\w+)"/.exec(text)?.[1] ?? '';
}

/** The reason for an answer, as far as the client can see it. */
function whyOf(answer: Answer): string {
  const { location } = answer.headers;
  if (location !== undefined) return `to ${location}`;
  const lifetime = answer.headers['session-lifetime'];
  if (answer.status === 200)
    return typeof lifetime === 'string' ? `ok, seconds left: ${lifetime}` : '';
  return reasonOf(answer);
}
