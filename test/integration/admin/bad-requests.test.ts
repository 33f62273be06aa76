import { expect } from 'chai';
import { connect } from 'node:net';
import { ALL_CALLS, pathOf } from '../../support/admin/all-calls.ts';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminWorld } from '../../support/admin/admin-world.ts';
import { httpCall } from '../../support/clients/http-call.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

const GETS = ALL_CALLS.filter(({ method }) => method === 'get');
const CANARY = 'canary-0123456789abcdef';

describe('bad requests to administration', function () {
  this.timeout(60_000);
  let world: AdminWorld;

  before(async () => {
    world = await startAdminWorld({ policies: POLICIES });
  });
  after(() => world.close());

  /** Sends bytes as they are, and returns the head and the body of the first answer. */
  const sendRaw = (bytes: Buffer | string, waitMs = 5_000): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(world.adminPort, '127.0.0.1');
      let text = '';
      const timer = setTimeout(() => socket.destroy(), waitMs);
      socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
      socket.on('error', reject);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(text);
      });
      socket.write(bytes);
    });
  for (const call of GETS) {
    const path = pathOf(call);
    it(`GET ${path} refuses parameters that it does not take, twice the same, and a body`, async () => {
      for (const query of ['?x=1', '?subject=a&subject=a', `?__proto__=1`, `?${CANARY}`]) {
        // oxlint-disable-next-line no-await-in-loop
        const answer = await world.get(path + query, 'olga');
        expect(answer.status, query).to.equal(400);
        expect(answer.body).to.not.contain(CANARY);
      }
      const withBody = await httpCall(world.adminPort, path, {
        headers: [['authorization', `Bearer ${world.tokens.olga}`]],
        body: '{}',
      });
      expect(withBody.status).to.equal(400);
    });
  }

  it('names each mistake of a body with its key', async () => {
    const { json } = await world.post(
      '/v1/sessions',
      { source: 7, credential: '', idle: 'soon', started_at: 'now' },
      'login',
    );
    const errors = json['errors'] as readonly { readonly key: string }[];
    expect(errors.map(({ key }) => key)).to.have.members([
      'source',
      'credential',
      'idle',
      'started_at',
    ]);
  });

  it('names the mistake in the form of the body that was meant', async () => {
    const detailOf = async (body: object) =>
      (await world.post('/v1/sessions/end', body)).json['detail'];
    expect(await detailOf({ session: 5 })).to.match(/^body key session: /);
    expect(await detailOf({ source: 'web' })).to.match(/^body key credential: /);
    expect(await detailOf({ subject: 'a', dry_run: 'yes' })).to.match(/^body key dry_run: /);
    expect(await detailOf({ subject: 'a', session: 'b' })).to.match(/^body/);
    expect(await detailOf({})).to.match(/give session, or source and credential, or subject/);
  });

  it('has no CORS: a page of another origin gets no answer', async () => {
    const preflight = await httpCall(world.adminPort, '/v1/sessions/end', {
      method: 'OPTIONS',
      headers: [
        ['origin', 'https://evil.example'],
        ['access-control-request-method', 'POST'],
        ['access-control-request-headers', 'content-type,authorization'],
      ],
    });
    expect(preflight.status).to.equal(401);
    const { headers } = await httpCall(world.adminPort, '/v1/policies', {
      headers: [
        ['authorization', `Bearer ${world.tokens.olga}`],
        ['origin', 'https://evil.example'],
      ],
    });
    for (const answer of [preflight.headers, headers]) {
      expect(Object.keys(answer).filter((name) => name.startsWith('access-control'))).to.be.empty;
    }
  });

  it('refuses targets that are not a path, and never shows them', async () => {
    const { olga } = world.tokens;
    for (const target of [
      'http://evil.example/v1/policies',
      '//evil.example/v1/policies',
      '*',
      `/v1/${CANARY}`,
      '/v1/policies/',
      '/V1/policies',
      '/v1/policies%00',
      '/v1//policies',
    ]) {
      // oxlint-disable-next-line no-await-in-loop
      const text = await sendRaw(
        `GET ${target} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${olga}\r\nconnection: close\r\n\r\n`,
      );
      expect(text, target).to.match(/^HTTP\/1\.1 (400|404) /);
      expect(text).to.not.contain(CANARY);
    }
  });

  it('never writes what was sent to the log', () => {
    expect(world.curfew.log()).to.not.contain(CANARY);
  });
});
