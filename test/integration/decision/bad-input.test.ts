import { expect } from 'chai';
import type { RequestFacts } from '../../../src/terms/request-facts.ts';
import { DecisionPath } from '../../support/decision/decision-path.ts';
import { factsOf } from '../../support/requests/judged-request.ts';

const POLICIES = `
version: 1
sources:
  - { name: web, cookie: __Host-sid, opening: registered }
  - { name: hex, cookie: hexid, opening: registered, format: hex }
  - { name: uuid, cookie: uuid, opening: registered, format: uuid }
  - { name: b64, cookie: b64, opening: registered, format: base64url }
  - { name: signed, cookie: signed, opening: registered, take: { after: "s:", before: "." } }
  - { name: plain-header, header: x-session, opening: registered }
  - { name: token, bearer: {}, opening: registered }
  - name: envoy-jwt
    jwt: { issuer: https://idp.example.com, audience: api, verified_by: envoy, header: x-jwt }
    opening: registered
  - name: own-jwt
    jwt: { issuer: https://idp.example.com, audience: api, jwks_file: /none.json, header: x-own-jwt }
    opening: registered
policies:
  - { name: public, match: [{ path: /login }, { path: /public/** }], session: off }
  - { name: read, match: [{ path: /read/**, methods: [GET] }], session: off }
  - { name: batch, match: [{ principal: "spiffe://corp/batch" }], session: off }
  - { name: status, match: [{ host: status.example.com }], session: off }
  - { name: trusted, match: [{ context: { tier: open } }], by_name: true, session: off }
  - { name: maybe, match: [{ path: /maybe/** }], session: optional, idle: 1h, absolute: 12h }
  - { name: default, idle: 1h, absolute: 12h }
`;

const LIVE = 'Live-canary-session_0001';
const HEX = 'deadbeef0123456789abcdef01234567';
const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const B64 = 'TGl2ZQ'; // "Live": its last character carries four unused bits
const TOKEN_SESSION = 'https://idp.example.com';

type Line = readonly [name: string, value: string];
interface Case {
  /** Number in the catalogue of bad input. */
  readonly id: string;
  readonly says: string;
  readonly comes: string;
  readonly lines: readonly Line[];
  readonly facts: Facts;
}
type Facts = Partial<Omit<RequestFacts, 'headers'>>;

function row(
  id: string,
  says: string,
  comes: string,
  lines: readonly Line[],
  facts: Facts = {},
): Case {
  return { id, says, comes, lines, facts };
}

const cookie = (value: string): readonly Line[] => [['cookie', value]];
const sid = (value: string): readonly Line[] => cookie(`__Host-sid=${value}`);
const payload = (claims: unknown): Facts => ({ jwtMetadata: { payload: claims } });
const CLAIMS = {
  iss: TOKEN_SESSION,
  aud: 'api',
  sid: 'S-1',
  iat: 1_700_000_000,
  exp: 4_000_000_000,
};

const CASES: readonly Case[] = [
  // The request itself
  row('7', 'a live cookie, in both header forms', 'ok', sid(LIVE)),
  row('8', 'bytes that are not UTF-8 in the value', 'malformed_credential', sid(`${LIVE}\u00ff`)),
  row(
    '8',
    'bytes that are not UTF-8 in another cookie',
    'ok',
    cookie(`a=\u00ff; __Host-sid=${LIVE}`),
  ),
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'].map(
    (name): Case => row('9', `a header named ${name}`, 'ok', [[name, 'x'], ...sid(LIVE)]),
  ),
  row('9', 'a cookie named __proto__', 'no_credential', cookie('__proto__=x')),
  row('9', 'a credential that is __proto__', 'unknown_session', sid('__proto__')),
  row('9', 'a credential that is constructor', 'unknown_session', sid('constructor')),
  row('10', 'the header alone', 'ok', [['x-session', LIVE]]),
  row('10', 'a header and its underscore twin', 'ambiguous_credential', [
    ['x-session', LIVE],
    ['x_session', 'other'],
  ]),
  row('10', 'the underscore twin alone', 'ambiguous_credential', [['x_session', LIVE]]),
  row('11', 'one header of 60 KB', 'ok', [['x-filler', 'a'.repeat(61_440)], ...sid(LIVE)]),
  row('11', 'a credential of 60 KB', 'malformed_credential', sid('a'.repeat(61_440))),
  row('11', 'more cookies than are searched', 'malformed_credential', [
    ...cookie('a'.repeat(65_536)),
    ...sid(LIVE),
  ]),
  row(
    '11',
    'a thousand and one cookies',
    'malformed_credential',
    cookie(`${'a=1; '.repeat(1000)}__Host-sid=${LIVE}`),
  ),
  ...['', '*', 'public/a', 'https://app.example.com/public/a', 'http://evil.example/public/a'].map(
    (path): Case => row('12', `the path "${path}"`, 'no_credential', [], { path }),
  ),
  row('13', 'the host of the open policy', 'session_off', [], { host: 'status.example.com' }),
  row('13', 'its other case', 'session_off', [], { host: 'STATUS.example.com' }),
  row('13', 'its port and final dot', 'no_credential', [], {
    host: 'status.example.com.:8443',
  }),
  ...[
    '',
    'status.example.com@app.example.com',
    'app.example.com@status.example.com',
    'status.example.com,app.example.com',
    'status.example.com app.example.com',
    'status.example.com/..',
    'status.example.com:80:80',
    'status.example.com%00',
    'xstatus.example.com',
    'status.example.com.evil.example',
    'status.example.com..',
    '[::1]',
    '[::1',
    'st\u0430tus.example.com',
    'status\u3002example.com',
  ].map((host): Case => row('13', `the host "${host}"`, 'no_credential', [], { host })),
  row('16', 'the principal of the open policy', 'session_off', [], {
    principal: 'spiffe://corp/batch',
  }),
  ...[
    'spiffe://corp/batch\n',
    '\nspiffe://corp/batch',
    'SPIFFE://corp/batch',
    'spiffe://corp/batch,spiffe://corp/x',
    '',
  ].map((principal): Case =>
    row('16', `the principal ${JSON.stringify(principal)}`, 'no_credential', [], { principal }),
  ),
  ...(
    [
      null,
      'x',
      1,
      true,
      [],
      [CLAIMS],
      {},
      { ...CLAIMS, sid: 7.5 },
      { ...CLAIMS, sid: ['S-1'] },
      { ...CLAIMS, sid: '' },
      { ...CLAIMS, sid: undefined },
    ] as const
  ).map((claims): Case =>
    row('17', `metadata ${JSON.stringify(claims)}`, 'invalid_token', [], payload(claims)),
  ),
  row('17', 'metadata under another key', 'no_credential', [], { jwtMetadata: { other: CLAIMS } }),
  row('17', 'a context that opens', 'session_off', [], { context: new Map([['tier', 'open']]) }),
  row('17', 'a context that names the policy', 'session_off', [], {
    context: new Map([['curfew-policy', 'trusted']]),
  }),
  ...['nobody', 'public', '', 'TRUSTED', 'trusted ', '__proto__'].map((name): Case =>
    row('17', `a context that names "${name}"`, 'internal_error', [], {
      context: new Map([['curfew-policy', name]]),
    }),
  ),

  // Paths. Without a credential only a clearly public path passes.
  ...[
    '/login',
    '/public',
    '/public/',
    '/public/a/b',
    '/public/a?x=/../admin',
    '/public/caf%C3%A9',
  ].map((path): Case => row('26', `the plainly public path ${path}`, 'session_off', [], { path })),
  ...[
    // As it was sent, this is not the public path.
    ['26', '/%70ublic/a'],
    ['22', '/public/../admin'],
    ['22', '/public/..'],
    ['22', '/admin/../public/a'],
    ['23', '/public/%2E%2e%2fadmin'],
    ['23', '/public/%2e%2e/admin'],
    ['23', '/public/.%2e/admin'],
    ['24', '/public/%252e%252e/admin'],
    ['25', '/public/..;/admin'],
    ['26', '/Public/a'],
    ['26', '/PUBLIC/a'],
    ['26', '/LOGIN'],
    ['27', '/public\\..\\admin'],
    ['27', '\\public\\a'],
    ['28', '/public/%c0%ae%c0%ae/admin'],
    ['28', '/public/\u0000'],
    ['28', '//public/a'],
    ['28', '/public/a#b'],
    ['29', '/publicx'],
    ['29', '/loginx'],
    ['29', '/public.evil/a'],
    ['29', '/a/public/b'],
  ].map(([id = '', path = '']): Case =>
    row(id, `the path ${JSON.stringify(path)}`, 'no_credential', [], { path }),
  ),
  // However it is read, it stays below the public path.
  ...[
    ['22', '/public/./a'],
    ['24', '/public/%25'],
    ['25', '/public/a;x=1'],
    ['25', '/public/a;/../admin'],
    ['25', '/public/a%3bx'],
    ['26', '/login/'],
    ['27', '/public/a%5cb'],
    ['28', '/public/%c0%af'],
    ['28', '/public/%ef%bc%8fadmin'],
    ['28', '/public/\u00e9'],
    ['28', '/public/%ff'],
    ['28', '/public/%00'],
    ['28', '/public/%0a'],
    ['28', '/public/a%2fb'],
    ['28', '/public/%'],
    ['28', '/public/%zz'],
    ['28', '/public//a'],
    ['28', '/public/a%3fb'],
  ].map(([id = '', path = '']): Case =>
    row(id, `the path ${JSON.stringify(path)}`, 'session_off', [], { path }),
  ),
  row('22', 'a live session on an ambiguous path', 'ok', sid(LIVE), { path: '/public/../admin' }),
  row('30', 'a read', 'session_off', [], { path: '/read/a' }),
  ...['POST', 'get', 'GET ', '', 'CONNECT', 'GET\r\n'].map((method): Case =>
    row('30', `the method ${JSON.stringify(method)}`, 'no_credential', [], {
      path: '/read/a',
      method,
    }),
  ),
  ...['x-http-method-override', 'x-http-method', 'x-method-override'].map((name): Case =>
    row('30', `a post that ${name} calls a read`, 'no_credential', [[name, 'GET']], {
      path: '/read/a',
      method: 'POST',
    }),
  ),

  // Credentials
  row('31', 'nothing', 'no_credential', []),
  row('32', 'a cookie header of blanks', 'no_credential', cookie('   ')),
  row('32', 'a cookie of blanks', 'malformed_credential', sid('   ')),
  row('32', 'a bearer of blanks', 'no_credential', [['authorization', 'Bearer    ']]),
  row('33', 'a value shorter by one', 'unknown_session', sid(LIVE.slice(0, -1))),
  row('33', 'a value longer by one', 'unknown_session', sid(`${LIVE}1`)),
  row('33', 'a value of 4 096 bytes', 'unknown_session', sid('a'.repeat(4096))),
  row('33', 'a value of 4 097 bytes', 'malformed_credential', sid('a'.repeat(4097))),
  row('33', 'a value of 4 096 bytes, all escaped', 'unknown_session', sid('%61'.repeat(4096))),
  row('33', 'a value of 64 KB', 'malformed_credential', [['x-session', 'a'.repeat(65_536)]]),
  row('33', 'a token of 64 KB', 'malformed_credential', [
    ['authorization', `Bearer ${'a'.repeat(65_536)}`],
  ]),
  row('34', 'canonical base64url', 'ok', cookie(`b64=${B64}`)),
  row('34', 'base64url with unused bits set', 'malformed_credential', cookie('b64=TGl2ZR')),
  row('34', 'base64url with its padding', 'ok', cookie(`b64=${B64}==`)),
  row('34', 'base64url with other padding', 'malformed_credential', cookie(`b64=${B64}=`)),
  row('34', 'base64 that is not url-safe', 'malformed_credential', cookie('b64=TGl2+/')),
  row('35', 'a homoglyph', 'malformed_credential', sid(LIVE.replace('a', '\u0430'))),
  row('35', 'a homoglyph, escaped', 'malformed_credential', sid(LIVE.replace('a', '%D0%B0'))),
  row('35', 'U+FFFD', 'malformed_credential', sid(`${LIVE}\ufffd`)),
  row('35', 'a combining mark', 'malformed_credential', sid(`${LIVE}%CC%81`)),
  row('36', 'the session in upper case', 'unknown_session', sid(LIVE.toUpperCase())),
  row('36', 'hex as it was made', 'ok', cookie(`hexid=${HEX}`)),
  row('36', 'hex in upper case', 'ok', cookie(`hexid=${HEX.toUpperCase()}`)),
  row('36', 'hex in mixed case', 'malformed_credential', cookie(`hexid=${HEX.replace('d', 'D')}`)),
  row('36', 'a UUID as it was made', 'ok', cookie(`uuid=${UUID}`)),
  row('36', 'a UUID in upper case', 'ok', cookie(`uuid=${UUID.toUpperCase()}`)),
  row(
    '36',
    'a UUID in mixed case',
    'malformed_credential',
    cookie(`uuid=${UUID.replace('f', 'F')}`),
  ),
  row('36', 'a UUID in braces', 'malformed_credential', cookie(`uuid={${UUID}}`)),
  row(
    '36',
    'a UUID without hyphens',
    'malformed_credential',
    cookie(`uuid=${UUID.replaceAll('-', '')}`),
  ),
  ...['sess:1', 'tomb:1', 'curfew:1:{a7}:session:x', '*', 'session'].map((value): Case =>
    row('37', `a value that looks like the key ${value}`, 'unknown_session', sid(value)),
  ),
  row('38', 'a session under the server key before', 'ok', sid('Old-canary')),
  row('39', 'a token issued before 1970', 'invalid_token', [], payload({ ...CLAIMS, iat: -1 })),
  row(
    '39',
    'a token issued tomorrow',
    'invalid_token',
    [],
    payload({ ...CLAIMS, iat: 1_800_086_400 }),
  ),
  row('39', 'a token issued at NaN', 'invalid_token', [], payload({ ...CLAIMS, iat: Number.NaN })),
  row(
    '40',
    'a token of another audience',
    'invalid_token',
    [],
    payload({ ...CLAIMS, aud: 'other' }),
  ),
  row(
    '40',
    'a token of another issuer',
    'invalid_token',
    [],
    payload({ ...CLAIMS, iss: 'https://evil.example' }),
  ),
  row(
    '40',
    'a token of two audiences, ours among them',
    'unknown_session',
    [],
    payload({ ...CLAIMS, aud: ['x', 'api'] }),
  ),
  row('41', 'a bearer', 'ok', [['authorization', `Bearer ${LIVE}`]]),
  row('41', 'a bearer in any case', 'ok', [['authorization', `bEARER ${LIVE}`]]),
  ...[
    [`Bearer  ${LIVE}`, 'malformed_credential'],
    [`Bearer ${LIVE} `, 'malformed_credential'],
    [` Bearer ${LIVE}`, 'malformed_credential'],
    [`Bearer\t${LIVE}`, 'malformed_credential'],
    [`Bearer ${LIVE} x`, 'malformed_credential'],
    [`Bearer ${LIVE}, Bearer x`, 'ambiguous_credential'],
    [`Bearer, ${LIVE}`, 'ambiguous_credential'],
    [`Bearer "${LIVE}"`, 'malformed_credential'],
    [`Basic eDp5, Bearer ${LIVE}`, 'ambiguous_credential'],
    ['Basic eDp5', 'no_credential'],
    ['Bearer', 'no_credential'],
    [LIVE, 'malformed_credential'],
  ].map(([value = '', comes = '']): Case =>
    row('41', `the authorization ${JSON.stringify(value)}`, comes, [['authorization', value]]),
  ),
  row('41', 'two authorization lines', 'ambiguous_credential', [
    ['authorization', `Bearer ${LIVE}`],
    ['authorization', 'Bearer x'],
  ]),
  row('42', 'an unsigned JWT as an opaque token', 'unknown_session', [
    ['authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJzaWQiOiJhIn0.'],
  ]),
  row('42', 'an unsigned JWT that we verify', 'invalid_token', [
    ['x-own-jwt', 'eyJhbGciOiJub25lIn0.eyJzaWQiOiJhIn0.'],
  ]),
  row('42', 'a JWT that does not verify', 'invalid_token', [
    ['x-own-jwt', 'eyJhbGciOiJFUzI1NiJ9.eyJzaWQiOiJhIn0.AAAA'],
  ]),
  row('42', 'a JWT that Envoy did not vouch for', 'invalid_token', [
    ['x-jwt', 'eyJhbGciOiJFUzI1NiJ9.eyJzaWQiOiJhIn0.AAAA'],
  ]),

  // Cookies
  row('43', 'the same cookie twice', 'ok', cookie(`__Host-sid=${LIVE}; __Host-sid=${LIVE}`)),
  row('43', 'two values', 'ok', cookie(`__Host-sid=${LIVE}; __Host-sid=x`)),
  row('43', 'an empty one in front', 'ok', cookie(`__Host-sid=; __Host-sid=${LIVE}`)),
  row('43', 'a blank before the equals sign', 'ok', cookie(`__Host-sid =x; __Host-sid=${LIVE}`)),
  row('43', 'another one after a comma', 'ok', cookie(`a=b,__Host-sid=x; __Host-sid=${LIVE}`)),
  row('43', 'credentials of two sources', 'ambiguous_credential', [
    ...sid(LIVE),
    ['x-session', LIVE],
  ]),
  row('44', 'a name with a prefix', 'no_credential', cookie(`x__Host-sid=${LIVE}`)),
  row('44', 'a name with a suffix', 'no_credential', cookie(`__Host-sid2=${LIVE}`)),
  row('44', 'a name in another case', 'malformed_credential', cookie(`__host-SID=${LIVE}`)),
  row('44', 'the name of a piece', 'malformed_credential', cookie(`__Host-sid.0=${LIVE}`)),
  row('44', 'a name in a value', 'no_credential', cookie(`a=__Host-sid=${LIVE}`)),
  row('44', 'a cookie without a name', 'no_credential', cookie(LIVE)),
  row('45', 'the name without its prefix beside it', 'ok', cookie(`sid=x; __Host-sid=${LIVE}`)),
  row('46', 'attributes of old', 'ok', cookie(`$Version=1; __Host-sid=${LIVE}; $Path=/`)),
  row('47', 'an equals sign inside', 'unknown_session', sid(`${LIVE}=x`)),
  row('47', 'a comma inside', 'malformed_credential', sid(`${LIVE},x`)),
  row('47', 'an escaped semicolon', 'unknown_session', sid(`${LIVE}%3Bx`)),
  row('47', 'an escaped comma', 'unknown_session', sid(`${LIVE}%2Cx`)),
  row('47', 'quotes', 'ok', sid(`"${LIVE}"`)),
  row('47', 'a quote at one end', 'malformed_credential', sid(`"${LIVE}`)),
  row('47', 'a backslash', 'malformed_credential', sid(`\\${LIVE}`)),
  row('47', 'one character escaped', 'ok', sid(LIVE.replace('L', '%4c'))),
  row('47', 'one character escaped twice', 'malformed_credential', sid(LIVE.replace('L', '%254c'))),
  row('47', 'a broken escape', 'malformed_credential', sid(`${LIVE}%`)),
  row('47', 'a signed cookie', 'ok', cookie('signed=s:Live-canary.c2ln')),
  row('47', 'a signed cookie with another signature', 'ok', cookie('signed=s:Live-canary.other')),
  row(
    '47',
    'a signed cookie without a signature',
    'malformed_credential',
    cookie('signed=s:Live-canary'),
  ),
  ...[
    '\u0000',
    '\u0001',
    '\t',
    '\n',
    '\r',
    '\u001f',
    '\u007f',
    '\u0080',
    '\u00a0',
    '%00',
    '%0d%0a',
    '%7f',
    '%20',
  ].map((junk): Case =>
    row('48', `${JSON.stringify(junk)} inside`, 'malformed_credential', sid(`Live${junk}canary`)),
  ),
  row('49', 'what a logout leaves', 'unknown_session', sid('deleted')),
  row('49', 'an empty cookie', 'no_credential', sid('')),
  row('49', 'a revoked session', 'revoked', sid('Dead-canary')),
];

const ALLOWS: ReadonlySet<string> = new Set(['ok', 'session_off']);

/** In Envoy's default form: one value for each name. */
function joined(lines: readonly Line[]): readonly Line[] {
  const values = new Map<string, string>();
  for (const [name, value] of lines) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return [...values];
}

describe('the catalogue of bad input', () => {
  let path: DecisionPath;

  before(async () => {
    path = new DecisionPath(POLICIES);
    await path.register('web', LIVE);
    await path.register('web', 'Old-canary', 'old');
    await path.register('web', 'Dead-canary');
    await path.revoke('web', 'Dead-canary');
    await path.register('hex', HEX);
    await path.register('uuid', UUID);
    await path.register('b64', B64);
    await path.register('signed', 'Live-canary');
    await path.register('plain-header', LIVE);
    await path.register('token', LIVE);
  });

  for (const { id, says, comes, lines, facts } of CASES) {
    it(`${id}: ${says} comes to ${comes}`, async () => {
      for (const linesJoined of [false, true]) {
        const headers = (linesJoined ? joined(lines) : lines).map(([name, value]) => ({
          name,
          value,
        }));
        const size = path.store.size;
        const { reply, wire, observation } = await path.check(
          factsOf({ path: '/app', ...facts, headers, linesJoined }),
        );
        expect(observation.reason, linesJoined ? 'map form' : 'raw form').to.equal(comes);
        expect(reply.kind === 'allow').to.equal(ALLOWS.has(comes));
        expect(reply.kind === 'none').to.equal(comes === 'internal_error');
        expect(wire.kind).to.equal(reply.kind === 'none' ? 'error' : 'response');
        expect(path.store.size, 'sessions in the store').to.equal(size);
        expect(JSON.stringify(reply.kind === 'allow' ? reply.metadata : reply)).to.not.match(
          /canary/i,
        );
      }
    });
  }

  it('leaves no credential in a log line or a metric', async () => {
    const spilled = path.logLines.join('') + (await path.metrics());
    expect(path.logLines.length).to.be.greaterThan(100);
    for (const secret of ['canary', HEX, UUID, B64, 'eyJ', 'S-1']) {
      expect(spilled.toLowerCase()).to.not.contain(secret.toLowerCase());
    }
  });
});
