import type { CookiePlace } from '../../../src/terms/credential-place.ts';
import type { Source } from '../../../src/terms/source.ts';
import type { CookieParser } from './cookie-parsers.ts';
import { parserNamed } from './cookie-parsers.ts';

/** A request, as far as logins read it. */
export interface LoginRequest {
  readonly line: string;
  /** What is in the path parameter `jsessionid`. */
  readonly parameter: string | undefined;
}

/**
 * How one login finds its user in a request, made from what the login did when spellings were tried
 * on it.
 */
export interface LoginModel {
  readonly login: string;
  readonly name: string;
  readonly settings: Partial<Pick<Source, 'format' | 'take'>>;
  readonly place?: Partial<Omit<CookiePlace, 'kind' | 'name'>>;
  /** Values that the login has given out, as it reads them. */
  readonly values: readonly string[];
  /** How it writes one into a cookie. `undefined`: as it is. */
  readonly write?: (value: string) => string;
  /** The logins that the request may be taken for: places in `values`. */
  read(request: LoginRequest): readonly number[];
}

const take = (before: string, after?: string) => ({ take: { before, after } });

/** Python's and Go's decoders: what is not base64 is dropped, unused bits and padding are ignored. */
function lenientBytes(text: string): string {
  return Buffer.from(text.replace(/[^A-Za-z0-9_+/-]/g, ''), 'base64').toString('latin1');
}

/** The places of the values that some reading of the request is equal to. */
function matching(
  values: readonly string[],
  found: string | undefined,
  equal: (value: string, sent: string) => boolean,
): readonly number[] {
  if (found === undefined || found === '') return [];
  return values.flatMap((value, place) => (equal(value, found) ? [place] : []));
}

type Reader = (values: readonly string[]) => (request: LoginRequest) => readonly number[];

function byCookie(
  parser: CookieParser,
  name: string,
  equal: (value: string, sent: string) => boolean,
): Reader {
  return (values) => (request) => matching(values, parser.read(request.line, name), equal);
}

const exactly = (value: string, sent: string): boolean => value === sent;

/** itsdangerous: everything but the signature is compared as text, the signature as bytes. */
function signed(value: string, sent: string): boolean {
  const cut = (text: string) => text.lastIndexOf('.');
  return (
    value.slice(0, cut(value)) === sent.slice(0, cut(sent)) &&
    lenientBytes(value.slice(cut(value))) === lenientBytes(sent.slice(cut(sent)))
  );
}

const sameBytes = (value: string, sent: string): boolean =>
  lenientBytes(value) === lenientBytes(sent);

/** Anything after the first dot is the name of a node. */
const sameBeforeDot = (value: string, sent: string): boolean =>
  value.split('.')[0] === sent.split('.')[0];

const sameInAnyCase = (value: string, sent: string): boolean =>
  value.toLowerCase() === sent.toLowerCase();

/** iron: anything may follow the last part. */
const sameSeal = (value: string, sent: string): boolean => sent.startsWith(value);

/** All cookies whose name is this one in any case, and the path parameter: any may be the valid one. */
const jetty: Reader = (values) => (request) => {
  const sent = request.line.split(/[;,]/).flatMap((pair) => {
    const [name = '', ...rest] = pair.trim().split('=');
    return name.trim().toLowerCase() === 'jsessionid' ? [unquoted(rest.join('=').trim())] : [];
  });
  const all = request.parameter === undefined ? sent : [...sent, request.parameter];
  return [...new Set(all.flatMap((one) => matching(values, one, sameBeforeDot)))];
};

/** Auth.js: `NAME`, `NAME.0`, `NAME.1` joined by their numbers; the JWE's parts are compared as bytes. */
const joinedPieces =
  (parser: CookieParser, name: string): Reader =>
  (values) =>
  ({ line }) => {
    const pieces = [name, ...Array.from({ length: 4 }, (_, n) => `${name}.${n}`)];
    const joined = pieces.map((piece) => parser.read(line, piece) ?? '').join('');
    const equal = (value: string, sent: string) =>
      value.split('.').length === sent.split('.').length &&
      value.split('.').every((part, i) => sameBytes(part, sent.split('.')[i] ?? ''));
    return matching(values, joined, equal);
  };

function unquoted(value: string): string {
  return /^".*"$/s.test(value) ? value.slice(1, -1) : value;
}

const SIGNATURE = 'Zk9tS0VxV3pQbG1OYkN4UnQ0SGc';
const PYTHON = parserNamed('http.cookies');
const NODE = parserNamed('npm cookie');
const GO = parserNamed('net/http');
const PHP = parserNamed('PHP');
const RACK = parserNamed('Rack');

interface ModelParts extends Omit<LoginModel, 'read'> {
  readonly reader: Reader;
}

function model({ reader, ...parts }: ModelParts): LoginModel {
  return { ...parts, read: reader(parts.values) };
}

export const LOGIN_MODELS: readonly LoginModel[] = [
  model({
    login: 'itsdangerous (Flask, Starlette, Streamlit)',
    name: 'session',
    settings: { format: 'dotted' },
    values: [
      `eyJ1IjoxfQ.aSrX8A.${SIGNATURE}`,
      `eyJ1IjoyfQ==.aSrX8A.${SIGNATURE}`,
      `.eJwx.aSrX8A.AAAA`,
    ],
    reader: byCookie(PYTHON, 'session', signed),
  }),
  model({
    login: 'Tornado',
    name: 'session',
    settings: {},
    values: ['2|1:0|10:1795926916|7:session|8:YWxpY2U=|abab', '2|1:0|10:1|7:session|4:Ym9i|cdcd'],
    reader: byCookie(PYTHON, 'session', exactly),
  }),
  model({
    login: 'gorilla/sessions',
    name: 'session',
    settings: { format: 'base64url' },
    values: ['MTc5NTkyNjkxNg==', 'MTc5NTkyNjkxN3w=', 'MTc5NTky'],
    reader: byCookie(GO, 'session', sameBytes),
  }),
  model({
    login: 'Spring remember-me',
    name: 'remember-me',
    settings: { format: 'base64' },
    values: ['YWxpY2U6MTc5NzEzNjUxNg', 'Ym9iOjE3OTcxMzY1MTY6+/8='],
    reader: byCookie(RACK, 'remember-me', (value, sent) =>
      sameBytes(value, sent.replaceAll(' ', '+')),
    ),
  }),
  model({
    login: 'express-session',
    name: 'connect.sid',
    settings: take('.', 's:'),
    values: ['s:pQ2x_9-Zk1T0.c2ln/b+c', 's:rR3y_8-Yj2U1.c2ln/c+d'],
    reader: byCookie(NODE, 'connect.sid', exactly),
  }),
  model({
    login: 'iron-session',
    name: 'iron',
    settings: take('*', 'Fe26.2*1*'),
    values: ['Fe26.2*1*0f1e*c2Fs*aXY*bWFj~2', 'Fe26.2*1*9a8b*c2Fs*aXY*bWFj~2'],
    reader: byCookie(NODE, 'iron', sameSeal),
  }),
  model({
    login: 'Jetty',
    name: 'JSESSIONID',
    settings: take('.'),
    place: { pathParameter: 'jsessionid' },
    values: ['node01x2y3z.node0', 'node09q8w7e.node0'],
    reader: jetty,
  }),
  model({
    login: 'Auth.js',
    name: 'authjs.session-token',
    settings: { format: 'dotted' },
    values: ['eyJh..aXZp.Y2lwaGVy.dGFn', 'eyJh..aXZq.Y2lwaGVy.dGFu'],
    reader: joinedPieces(NODE, 'authjs.session-token'),
  }),
  model({
    login: 'a store that compares hex in any case',
    name: 'sid',
    settings: { format: 'hex' },
    values: ['0a1b2c3d4e5f', 'deadbeef0001'],
    reader: byCookie(PHP, 'sid', sameInAnyCase),
  }),
  model({
    login: 'PHP with 6 bits a character',
    name: 'PHPSESSID',
    settings: {},
    values: ['aB,d-Ef,0123', 'zY-x,Wv98765'],
    write: encodeURIComponent,
    reader: byCookie(PHP, 'PHPSESSID', exactly),
  }),
];
