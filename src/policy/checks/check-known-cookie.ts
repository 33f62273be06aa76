import type { CredentialFormat } from '../../terms/source.ts';
import type { SourceEntry } from '../file/policy-file.ts';
import type { Findings } from '../file/problem.ts';

/** A cookie that is known by its name to be a poor name of a session. */
interface KnownCookie {
  readonly name: RegExp;
  readonly message: string;
  readonly hint: string;
  /**
   * What shows that the application keeps its sessions in a store, so that the cookie holds an id:
   * a format that the other kind of value never has, or `take`.
   */
  readonly settledBy: readonly (CredentialFormat | 'take')[];
}

const ROTATES = 'each new value is a new session, so no absolute timeout is ever reached';
const ID_FORMATS = ['hex', 'uuid', 'lower', 'base64url'] as const;

const KNOWN: readonly KnownCookie[] = [
  {
    name: /^(?:__Secure-|__Host-)?session$/,
    message: `is where Flask, Starlette, gorilla and cookie-session keep the session itself: ${ROTATES}`,
    hint: 'keep the sessions in a store and write the format of its ids, or use opening: registered',
    settledBy: ID_FORMATS,
  },
  {
    name: /^_.+_session$/,
    message: `is where Rails keeps the session itself: ${ROTATES}`,
    hint: 'keep the sessions in a cache store and write format: hex, or use opening: registered',
    settledBy: ID_FORMATS,
  },
  {
    name: /^laravel_session$/,
    message: `is encrypted again by Laravel with each response: ${ROTATES}`,
    hint: 'use opening: registered',
    settledBy: [],
  },
  {
    name: /^PLAY_SESSION$/,
    message: `is where Play keeps the session itself: ${ROTATES}`,
    hint: 'use opening: registered',
    settledBy: [],
  },
  {
    name: /^\.AspNetCore\.(?:Cookies|Identity\.Application)$/,
    message: `is where ASP.NET Core keeps the login itself, and issues it again while it is used: ${ROTATES}`,
    hint: 'use opening: registered',
    settledBy: [],
  },
  {
    name: /^(?:__Secure-|__Host-)?(?:authjs|next-auth)\.session-token$/,
    message: `is issued again by Auth.js whenever its client asks for the session: ${ROTATES}`,
    hint: 'use its database sessions and write format: uuid, or use opening: registered',
    settledBy: ['uuid'],
  },
  {
    name: /^(?:__Secure-)?better-auth\.session_data$/,
    message: `is a cache that better-auth renews every few minutes: ${ROTATES}`,
    hint: 'use better-auth.session_token',
    settledBy: [],
  },
  {
    name: /^iron(?:-session.*)?$/,
    message: `is where iron-session keeps the session itself: ${ROTATES}`,
    hint: 'if it is saved only at login, write take: { after: "Fe26.2*1*", before: "*" }; else use opening: registered',
    settledBy: ['take'],
  },
  {
    name: /^koa[.:]sess$/,
    message: `is where koa-session keeps the session itself: ${ROTATES}`,
    hint: 'give koa-session a store and write format: uuid, or use opening: registered',
    settledBy: ['uuid'],
  },
  {
    name: /^(?:__Secure-|__Host-)?_oauth2_proxy$/,
    message: `is signed again by oauth2-proxy whenever it refreshes the login: ${ROTATES}`,
    hint: "keep its sessions in Redis and write take: { before: '|' }",
    settledBy: ['take'],
  },
  {
    name: /^grafana_session$/,
    message: `is replaced by Grafana every few minutes: ${ROTATES}`,
    hint: 'put a login of its own in front, such as oauth2-proxy, and name the cookie of that',
    settledBy: [],
  },
  {
    name: /^AIOHTTP_SESSION$/,
    message: `is where aiohttp-session keeps the session itself: ${ROTATES}`,
    hint: 'keep the sessions in a store and write format: hex, or use opening: registered',
    settledBy: ID_FORMATS,
  },
  {
    name: /^remember[_-](?:me|token)$/,
    message:
      'is a remember-me cookie, which outlives sessions and may be the same for every login of its user',
    hint: 'name the session cookie, and this one in its clear_with',
    settledBy: [],
  },
];

/** A cookie whose name is known does not hold a session that changes its value. */
export function checkKnownCookie(entry: SourceEntry, { warning }: Findings): void {
  const { cookie, opening, format = 'plain', take } = entry;
  if (cookie === undefined || opening === 'registered') return;
  const name = typeof cookie === 'string' ? cookie : cookie.name;
  const known = KNOWN.find((one) => one.name.test(name));
  if (known === undefined || known.settledBy.includes(format)) return;
  if (take !== undefined && known.settledBy.includes('take')) return;
  warning(['cookie'], `"${name}" ${known.message}`, known.hint);
}
