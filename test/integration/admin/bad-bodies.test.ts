import { expect } from 'chai';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminWorld, Caller } from '../../support/admin/admin-world.ts';
import { httpCall } from '../../support/clients/http-call.ts';
import type { Answer } from '../../support/clients/http-call.ts';
import { eventually } from '../../support/time/eventually.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;
const BODY_MAX_BYTES = 64 * 1024;
/** Stands in each body that is refused. Neither an answer nor the log may repeat it. */
const MARK = 'never-repeat-me';

/** A body that each call takes, and who may make the call. */
const CALLS: readonly (readonly [path: string, caller: Caller, body: object])[] = [
  ['/v1/sessions', 'login', { source: 'web', credential: 'registered-by-a-test' }],
  ['/v1/sessions/find', 'vera', { source: 'web', credential: 'registered-by-a-test' }],
  ['/v1/sessions/end', 'olga', { source: 'web', credential: 'ended-by-a-test' }],
  ['/v1/subjects/lock', 'olga', { subject: 'a subject of a test' }],
  ['/v1/subjects/unlock', 'olga', { subject: 'a subject of a test' }],
];

/** Bodies made from a good one, each with a part of the answer. */
const BODIES: readonly (readonly [what: string, of: (good: string) => string | Buffer, RegExp])[] =
  [
    ['that is empty', () => '', /is not JSON/],
    ['that is not JSON', () => MARK, /is not JSON/],
    ['that ends early', (good) => good.slice(0, -1), /is not JSON|expected/],
    ['that goes on after its end', (good) => `${good}{"a":"${MARK}"}`, /goes on after its end/],
    ['that is a list', (good) => `[${good}]`, /body/],
    ['that is a text', () => `"${MARK}"`, /body/],
    ['that is a number', () => '17', /body/],
    ['that is null', () => 'null', /body/],
    ['with a comment', (good) => `/* ${MARK} */${good}`, /is not JSON/],
    ['with a comma too many', (good) => `${good.slice(0, -1)},}`, /a string was expected/],
    ['with NaN', (good) => `${good.slice(0, -1)},"limit":NaN}`, /is not JSON/],
    ['with a huge number', (good) => `${good.slice(0, -1)},"limit":1e999}`, /huge number/],
    ['with a name twice', (good) => twice(good, (name) => name), /same name twice/],
    ['with a name twice, once escaped', (good) => twice(good, escaped), /same name twice/],
    ['that names __proto__', (good) => more(good, '__proto__', {}), /__proto__/],
    ['that names __proto__, escaped', (good) => more(good, '\\u005f_proto__', {}), /__proto__/],
    ['that names constructor', (good) => more(good, 'constructor', { prototype: {} }), /body/],
    ['with a key that no call has', (good) => more(good, 'surprise', MARK), /body/],
    ['that is deep', (good) => more(good, 'deep', nested(20)), /nested/],
    ['that is as deep as can be', () => '['.repeat(BODY_MAX_BYTES), /nested/],
    ['with half a surrogate pair', (good) => more(good, 'a', '\\ud800', true), /not Unicode/],
    ['with a raw control character', (good) => more(good, 'a', '\u0000', true), /is not JSON/],
    ['in UTF-16', (good) => Buffer.from(good, 'utf16le'), /is not JSON/],
    ['with a byte order mark', (good) => `\ufeff${good}`, /is not JSON/],
    [
      'that is not UTF-8',
      (good) => Buffer.from(good.replace('{', '{"\xe9":1,'), 'latin1'),
      /UTF-8/,
    ],
  ];

describe('bad bodies of calls of administration', function () {
  this.timeout(60_000);
  let world: AdminWorld;

  before(async () => {
    world = await startAdminWorld({ policies: POLICIES });
  });
  after(() => world.close());

  const send = (
    path: string,
    caller: Caller,
    body: string | Buffer,
    lines: readonly (readonly [string, string])[] = [['content-type', 'application/json']],
  ): Promise<Answer> => post(world.adminPort, path, { body, headers: [bearer(caller), ...lines] });
  const bearer = (caller: Caller) => ['authorization', `Bearer ${world.tokens[caller]}`] as const;

  for (const [path, caller, body] of CALLS) {
    const good = JSON.stringify(body);

    describe(`POST ${path}`, () => {
      for (const [what, of, says] of BODIES) {
        it(`refuses one ${what}, and repeats nothing of it`, async () => {
          const answer = await send(path, caller, of(good));
          expect(problemIn(answer)).to.deep.equal([400, 'invalid_request']);
          expect((JSON.parse(answer.body) as { detail: string }).detail).to.match(says);
          expect(answer.body).to.not.contain(MARK);
        });
      }

      it('refuses one that is too large, before it has read all of it', async () => {
        const large = ' '.repeat(BODY_MAX_BYTES + 1);
        expect(problemIn(await send(path, caller, large))).to.deep.equal([
          413,
          'content_too_large',
        ]);
        // By its length alone.
        const lines = `${bearer(caller).join(': ')}\r\ncontent-type: application/json\r\n`;
        const announced = await ask('POST', path, `${lines}content-length: 99999999\r\n`);
        expect(announced).to.match(/^HTTP\/1\.1 413 /);
        // Without a length, it is noticed while it arrives.
        expect(await statusOfEndless(path, caller)).to.equal(413);
      });

      it('takes one of the largest size', async () => {
        const answer = await send(path, caller, good.padEnd(BODY_MAX_BYTES));
        expect(answer.status, answer.body).to.be.oneOf([200, 201, 404]);
      });

      it('takes no other type, charset or encoding', async () => {
        const types = ['text/plain', 'application/json; charset=utf-16', 'application/jsonx', ''];
        for (const type of types) {
          const headers = type === '' ? [] : ([['content-type', type]] as const);
          // oxlint-disable-next-line no-await-in-loop -- a handful
          const answer = await send(path, caller, good, headers);
          expect(problemIn(answer)).to.deep.equal([415, 'unsupported_media_type']);
        }
        const json = ['content-type', 'application/json'] as const;
        const packed = await send(path, caller, good, [json, ['content-encoding', 'gzip']]);
        expect(problemIn(packed)).to.deep.equal([415, 'unsupported_media_type']);
      });
    });
  }

  /** Sends a body without an end until it is refused. */
  async function statusOfEndless(path: string, caller: Caller): Promise<number | undefined> {
    const [name, value] = bearer(caller);
    const headers = { [name]: value, 'content-type': 'application/json' };
    const call = request({
      port: world.adminPort,
      host: '127.0.0.1',
      path,
      method: 'POST',
      headers,
    });
    call.on('error', () => {}); // the server closes the connection
    const timer = setInterval(() => call.write(' '.repeat(16_384)), 1);
    try {
      const [response] = (await once(call, 'response')) as [{ statusCode?: number }];
      return response.statusCode;
    } finally {
      clearInterval(timer);
      call.destroy();
    }
  }

  it('answers a client that goes on sending, which a reset would keep from reading', async () => {
    const body = Buffer.alloc(4 * 1024 * 1024, ' ');
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const socket = connect(world.adminPort, '127.0.0.1');
      socket.write(
        `POST /v1/sessions/find HTTP/1.1\r\nhost: a\r\n${bearer('vera').join(': ')}\r\n` +
          `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
      );
      socket.write(body);
      let answer = '';
      socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await once(socket, 'close').catch((error: unknown) => expect.fail(String(error)));
      expect(answer).to.match(/^HTTP\/1\.1 413 [^]*content_too_large/);
    }
  });

  it('has no body in a call that only reads', async () => {
    const headers = [bearer('vera'), ['content-type', 'application/json']] as const;
    const answer = await httpCall(world.adminPort, '/v1/status', { headers, body: '{}' });
    expect(problemIn(answer)).to.deep.equal([400, 'invalid_request']);
  });

  for (const method of ['TRACE', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
    it(`answers ${method} with what is allowed, and a stranger with 401`, async () => {
      const known = await ask(
        method,
        '/v1/sessions/end',
        `authorization: Bearer ${world.tokens.olga}\r\n`,
      );
      expect(known)
        .to.match(/^HTTP\/1\.1 405 /)
        .and.match(/^allow: POST\r$/im);
      expect(await ask(method, '/v1/sessions/end', '')).to.match(/^HTTP\/1\.1 401 /);
    });
  }

  it('answers a stranger who sends a request as it should be', async () => {
    expect(await ask('POST', '/v1/sessions/find', 'content-length: 0\r\n')).to.match(
      /^HTTP\/1\.1 401 /,
    );
  });

  it('refuses a target with a fragment: what follows a # would be left out of a subject', async () => {
    const lines = `authorization: Bearer ${world.tokens.vera}\r\n`;
    for (const path of [
      '/v1/subjects?subject=ada#2',
      '/v1/sessions?subject=ada#2',
      '/v1/status#',
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- a handful
      expect(await ask('GET', path, lines), path).to.match(/^HTTP\/1\.1 400 /);
    }
    const whole = await ask('GET', '/v1/subjects?subject=ada%232', lines);
    expect(whole).to.match(/^HTTP\/1\.1 200 /);
  });

  const RAW: readonly (readonly [what: string, text: string])[] = [
    ['two lengths', 'content-length: 2\r\ncontent-length: 3\r\n'],
    ['a length and chunks', 'content-length: 2\r\ntransfer-encoding: chunked\r\n'],
    ['a negative length', 'content-length: -2\r\n'],
    ['a header with a NUL', 'x-a: \0\r\n'],
  ];
  for (const [what, lines] of RAW) {
    it(`refuses a request with ${what}`, async () => {
      const answer = await ask('POST', '/v1/sessions/find', lines);
      expect(answer).to.match(/^HTTP\/1\.1 400 /);
    });
  }

  const ask = (method: string, path: string, lines: string): Promise<string> =>
    sent(`${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${lines}\r\n`);

  /** What comes back for these bytes, until the connection is closed. */
  async function sent(bytes: string): Promise<string> {
    const socket = connect(world.adminPort, '127.0.0.1');
    socket.write(bytes, 'latin1');
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    await once(socket, 'close');
    return text;
  }

  it('answers a head that is too large, while it is being sent', async () => {
    const large = await ask('GET', `/v1/sessions/${'x'.repeat(1_000_000)}`, '');
    expect(large)
      .to.match(/^HTTP\/1\.1 431 /)
      .and.contain('"code":"head_too_large"');
    const lines = `x-a: ${'x'.repeat(30_000)}\r\n`;
    expect(await ask('GET', '/v1/status', lines)).to.match(/^HTTP\/1\.1 431 /);
  });

  it('answers what is not HTTP, and a request inside of TLS', async () => {
    for (const text of [
      'hello\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- three
      const answer = await sent(text);
      expect(answer)
        .to.match(/^HTTP\/1\.1 400 /)
        .and.contain('"code":"invalid_request"');
    }
  });

  it('never answers a call by the fault of what follows it on the connection', async () => {
    const call = `GET /v1/status HTTP/1.1\r\nhost: x\r\n${bearer('vera').join(': ')}\r\n\r\n`;
    const answer = await sent(`${call}hello\r\n\r\n`).catch(() => '');
    expect(answer).to.match(/^(HTTP\/1\.1 200 |$)/);
  });

  it('still answers after all of them, has logged no fault, and has repeated nothing', async () => {
    const last = await world.post('/v1/sessions/find', { source: 'web', credential: 'x' }, 'vera');
    expect(last.status).to.equal(404);
    await eventually(
      'the last line',
      () => world.calls().at(-1)?.['problem'] === 'unknown_session',
    );
    const log = world.curfew.log();
    expect(log).to.not.match(/"level":"(error|fatal)"/);
    expect(log).to.not.contain(MARK);
  });
});

function more(good: string, name: string, value: unknown, isRaw = false): string {
  const text = isRaw ? `"${String(value)}"` : JSON.stringify(value);
  return `${good.slice(0, -1)},"${name}":${text}}`;
}

/** The first name of an object once more, written in another way. */
function twice(good: string, write: (name: string) => string): string {
  const [name = ''] = Object.keys(JSON.parse(good) as object);
  return more(good, write(name), MARK);
}

function escaped(name: string): string {
  return `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}`;
}

function nested(depth: number): unknown {
  return depth === 0 ? MARK : [nested(depth - 1)];
}

function problemIn({ status, headers, body }: Answer): readonly [number, string] {
  expect(headers['content-type']).to.equal('application/problem+json');
  expect(headers['cache-control']).to.equal('no-store');
  return [status, (JSON.parse(body) as { code: string }).code];
}

/** Bytes are sent as they are. */
async function post(
  port: number,
  path: string,
  { body, headers }: { body: string | Buffer; headers: readonly (readonly [string, string])[] },
): Promise<Answer> {
  const bytes = Buffer.from(body);
  const lines = [['host', 'x'], ...headers, ['content-length', String(bytes.length)]].flat();
  const call = request({ host: '127.0.0.1', port, path, method: 'POST', headers: lines });
  call.on('error', () => {}); // a connection that is closed early; without an answer the test waits
  call.end(bytes);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}
