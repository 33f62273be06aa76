import type { CookiePlace } from '../../../src/terms/credential-place.ts';
import type { Source } from '../../../src/terms/source.ts';

/**
 * The session cookies of real logins, in the shape that each of them wrote when it was run, with
 * made-up values. `same` are other requests that the same release took for the same login.
 */
export interface LoginCookie {
  /** With the version that was run. */
  readonly login: string;
  readonly name: string;
  /** The value as a browser sends it. */
  readonly sent: string;
  /** The settings of the source that fit it. */
  readonly settings: Partial<Pick<Source, 'format' | 'take'>>;
  readonly place?: Partial<Omit<CookiePlace, 'kind' | 'name'>>;
  readonly credential: string;
  readonly same: readonly SameLogin[];
}

/** A Cookie line, or a path with the Cookie line beside it. */
export type SameLogin = string | { readonly path: string; readonly cookie?: string };

const take = (before: string, after?: string) => ({ take: { before, after } });
const hex = (byte: string, bytes: number) => byte.repeat(bytes);

const FLASK = 'eyJ1c2VyIjoiYWxpY2UifQ.aSrX8A.Zk9tS0VxV3pQbG1OYkN4UnQ0SGc';
const FLASK_SHORT = '.eJyrVkrOyczLLVGyUkrMyUxOVaoFAD0FBUk.aSrX8A.Zk9tS0VxV3pQbG1OYkN4UnQ0SGc';
const STARLETTE = 'eyJ1c2VyIjogImFsaWNlIn0=.aSrX8A.Zk9tS0VxV3pQbG1OYkN4UnQ0SGc';
const TORNADO = '2|1:0|10:1795926916|7:session|8:YWxpY2U=|' + hex('ab', 32);
const FERNET = 'gAAAAABpKtfwCQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMA';
const GORILLA = 'MTc5NTkyNjkxNnxEWDhFQVFMX2dBQUJFQUVRQUFBZ19fLUFBQUVHYzNSeWFXNW5EQQ';
const IRON = 'Fe26.2*1*0f1e2d3c*c2FsdA*aXY*ZW5jcnlwdGVk*1797136516*c2FsdDI*bWFj';
const JETTY = 'node01x2y3z4a5b6c7d8e9f0g1h2i3j40';
const JWE = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIn0..aXZpdml2aXY.Y2lwaGVydGV4dA.dGFn';
const UUID = '3f2b8a0e-6f3e-4c1d-9a55-0d6c1f1b2a77';
const SPRING = 'M2YyYjhhMGUtNmYzZS00YzFkLTlhNTUtMGQ2YzFmMWIyYTc3';
const REMEMBERED = 'YWxpY2U6MTc5NzEzNjUxNjpTSEEyNTY6MDAxMTIyMzM0NDU1NjY';
const EXPRESS = 'pQ2x_9-Zk1T0aaaaBBBBccccDDDD1234';
const STORED = 'qYw3nV8sT1bK5mX0cR7dH2fJ9gL4pZ6aEoUiSeWqNtA';

export const LOGIN_COOKIES: readonly LoginCookie[] = [
  {
    login: 'Flask 3.1.3',
    name: 'session',
    sent: FLASK,
    settings: { format: 'dotted' },
    credential: FLASK,
    same: [
      `session=${FLASK}=`,
      `session=${FLASK}==`,
      `session=${FLASK.slice(0, -1)}h`,
      `session="${FLASK}"`,
    ],
  },
  {
    login: 'Flask 3.1.3, compressed',
    name: 'session',
    sent: FLASK_SHORT,
    settings: { format: 'dotted' },
    credential: FLASK_SHORT,
    same: [`session=${FLASK_SHORT}=`, `session=${FLASK_SHORT}==`],
  },
  {
    login: 'Starlette 1.10.0',
    name: 'session',
    sent: STARLETTE,
    settings: { format: 'dotted' },
    credential: STARLETTE.replace('=', ''),
    same: [`session=${STARLETTE}=`, `session=${STARLETTE}==`, `session="${STARLETTE}"`],
  },
  {
    login: 'Flask-Session 0.8.0',
    name: 'session',
    sent: STORED,
    settings: { format: 'base64url' },
    credential: STORED,
    same: [`session="${STORED}"`],
  },
  {
    login: 'Django 6.1.3',
    name: 'sessionid',
    sent: 'k3j9x0q2m5v7b1n4c8z6a0s2d4f6g8h0',
    settings: { format: 'lower' },
    credential: 'k3j9x0q2m5v7b1n4c8z6a0s2d4f6g8h0',
    same: ['sessionid="k3j9x0q2m5v7b1n4c8z6a0s2d4f6g8h0"'],
  },
  {
    login: 'Tornado 6.6.1',
    name: 'session',
    sent: `"${TORNADO}"`,
    settings: {},
    credential: TORNADO,
    same: [`session=${TORNADO}`],
  },
  {
    login: 'Jupyter Server 2.21.1',
    name: 'username-localhost-8888',
    sent: `"${TORNADO.replace('7:session', '23:username-localhost-8888')}"`,
    settings: {},
    credential: TORNADO.replace('7:session', '23:username-localhost-8888'),
    same: [`username-localhost-8888=${TORNADO.replace('7:session', '23:username-localhost-8888')}`],
  },
  {
    login: 'aiohttp-session 2.12.1, encrypted',
    name: 'AIOHTTP_SESSION',
    sent: `"${FERNET}=="`,
    settings: { format: 'base64url' },
    credential: FERNET,
    same: [
      `AIOHTTP_SESSION=${FERNET}==`,
      `AIOHTTP_SESSION=${FERNET}=`,
      `AIOHTTP_SESSION=${FERNET}==x`,
    ],
  },
  {
    login: 'Streamlit 1.67.0',
    name: '_streamlit_user',
    sent: FLASK,
    settings: { format: 'dotted' },
    credential: FLASK,
    same: [
      `_streamlit_user=${FLASK}=`,
      `_streamlit_user=${FLASK.slice(0, -1)}h`,
      `_streamlit_user=Mg.aSrX8A.c2ln; _streamlit_user_1=${FLASK.slice(0, 20)}; _streamlit_user_2=${FLASK.slice(20)}`,
    ],
  },
  {
    login: 'express-session 1.19.0',
    name: 'connect.sid',
    sent: `s%3A${EXPRESS}.c2lnbmF0dXJlIG9mIHRoZSBpZA%2Fb%2Bc`,
    settings: take('.', 's:'),
    credential: EXPRESS,
    same: [
      `connect.sid=s:${EXPRESS}.c2lnbmF0dXJlIG9mIHRoZSBpZA/b+c`,
      `connect.sid="s:${EXPRESS}.c2lnbmF0dXJlIG9mIHRoZSBpZA/b+c"`,
    ],
  },
  {
    login: 'iron-session 8.0.4',
    name: 'iron',
    sent: `${IRON}~2`,
    settings: take('*', 'Fe26.2*1*'),
    credential: '0f1e2d3c',
    same: [`iron=${IRON}~2x`, `iron=${IRON}~2~2`],
  },
  {
    login: '@fastify/session 11.1.3',
    name: 'sessionId',
    sent: `${EXPRESS}.c2lnbmF0dXJlIG9mIHRoZSBpZA/b+c`,
    settings: take('.'),
    credential: EXPRESS,
    same: [`sessionId=${EXPRESS}.c2lnbmF0dXJlIG9mIHRoZSBpZA%2Fb%2Bc`],
  },
  {
    login: '@fastify/secure-session 8.4.0',
    name: 'session',
    sent: 'c2VjcmV0Ym94IG9mIHRoZSBzZXNzaW9u%3Bbm9uY2Utbm9uY2Utbm9uY2U',
    settings: {},
    credential: 'c2VjcmV0Ym94IG9mIHRoZSBzZXNzaW9u;bm9uY2Utbm9uY2Utbm9uY2U',
    same: [],
  },
  {
    login: 'koa-session 7.0.2 with a store',
    name: 'koa.sess',
    sent: UUID,
    settings: { format: 'uuid' },
    credential: UUID,
    same: [],
  },
  {
    login: '@hapi/cookie 12.0.1',
    name: 'sid',
    sent: 'Fe26.2**0f1e2d3c*aXY*ZW5jcnlwdGVk**c2FsdDI*bWFj',
    settings: {},
    credential: 'Fe26.2**0f1e2d3c*aXY*ZW5jcnlwdGVk**c2FsdDI*bWFj',
    same: [],
  },
  {
    login: 'better-auth 1.7.25',
    name: 'better-auth.session_token',
    sent: 'Ab3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF.c2lnbmF0dXJl%2BQ%2FIG9mIHRo%3D',
    settings: take('.'),
    credential: 'Ab3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF',
    same: ['better-auth.session_token=Ab3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF.c2lnbmF0dXJl+Q/IG9mIHRo='],
  },
  {
    login: 'Auth.js (@auth/core 0.41.3), JWT',
    name: 'authjs.session-token',
    sent: JWE,
    settings: { format: 'dotted' },
    credential: JWE,
    same: [
      `authjs.session-token.0=${JWE}`,
      `authjs.session-token=${JWE.slice(0, 40)}; authjs.session-token.1=${JWE.slice(40)}`,
      `authjs.session-token.0=${JWE.slice(0, 60)}; authjs.session-token.1=${JWE.slice(60)}`,
      `authjs.session-token=${JWE}=`,
      `authjs.session-token=${JWE}%20`,
      `authjs.session-token=${JWE}%0A`,
    ],
  },
  {
    login: 'gorilla/sessions 1.4.0',
    name: 'session',
    sent: `${GORILLA}==`,
    settings: { format: 'base64url' },
    credential: GORILLA,
    same: [`session=${GORILLA.slice(0, -1)}R==`, `session="${GORILLA}=="`],
  },
  {
    login: 'scs 2.9.0',
    name: 'session',
    sent: STORED,
    settings: { format: 'base64url' },
    credential: STORED,
    same: [`session="${STORED}"`],
  },
  {
    login: 'Tomcat 11.0.27',
    name: 'JSESSIONID',
    sent: '0A1B2C3D4E5F60718293A4B5C6D7E8F9',
    settings: { format: 'hex' },
    place: { pathParameter: 'jsessionid' },
    credential: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    same: [
      { path: '/me;jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9' },
      {
        path: '/me;jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9',
        cookie: 'JSESSIONID=00112233445566778899AABBCCDDEEFF',
      },
    ],
  },
  {
    login: 'Jetty 12.1.14',
    name: 'JSESSIONID',
    sent: `${JETTY}.node0`,
    settings: take('.'),
    place: { pathParameter: 'jsessionid' },
    credential: JETTY,
    same: [
      `JSESSIONID=${JETTY}`,
      `JSESSIONID=${JETTY}.node7`,
      `JSESSIONID=${JETTY}.x.y`,
      `jsessionid=${JETTY}.node0`,
      `JSESSIONID=junk.x; jsessionid=${JETTY}.node0`,
      `jsessionid=${JETTY}.node0; JSESSIONID=junk.x`,
      { path: `/me;jsessionid=${JETTY}.node0` },
      { path: `/me;jsessionid=${JETTY}`, cookie: 'JSESSIONID=junk.x' },
    ],
  },
  {
    login: 'Spring Session 4.0.4',
    name: 'SESSION',
    sent: SPRING,
    settings: { format: 'base64' },
    credential: SPRING,
    same: [],
  },
  {
    login: 'Spring Security 7.0.6, remember-me',
    name: 'remember-me',
    sent: REMEMBERED,
    settings: { format: 'base64url' },
    credential: REMEMBERED,
    same: [`remember-me=${REMEMBERED}=`, `remember-me=${REMEMBERED.slice(0, -1)}Z`],
  },
  {
    login: 'Rails 6.1.7.10, cache store',
    name: '_app_session',
    sent: hex('c4', 16),
    settings: { format: 'hex' },
    credential: hex('c4', 16),
    same: [],
  },
  {
    login: 'PHP 8.2.36',
    name: 'PHPSESSID',
    sent: 'a0b1c2d3e4f5g6h7i8j9k0l1m2',
    settings: {},
    credential: 'a0b1c2d3e4f5g6h7i8j9k0l1m2',
    same: ['PHPSESSID=a0b1c2d3e4f5g6h7i8j9k0l1m2%00', 'PHPSESSID=a0b1c2d3e4f5g6h7i8j9k0l1m2%01x'],
  },
  {
    login: 'PHP 8.2.36 with 6 bits a character',
    name: 'PHPSESSID',
    sent: 'aB%2Cd-Ef%2C0123456789wxyZ',
    settings: {},
    credential: 'aB,d-Ef,0123456789wxyZ',
    same: [],
  },
];
