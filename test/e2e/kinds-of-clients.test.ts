import { expect } from 'chai';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { accessLogEntry } from '../support/envoy/access-log.ts';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { GRPC_STATUS, grpcSay } from '../support/clients/grpc-echo-client.ts';
import { NAVIGATION, httpCall } from '../support/clients/http-call.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';
import { untilRefused } from '../support/clients/until-refused.ts';

const POLICY = `
version: 1
sources:
  - { name: web, cookie: { name: sid, path: /app }, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
  - name: embedded
    cookie: { name: emb, same_site: none, partitioned: true }
    clear_with: [remember-me]
    opening: first-use
    credential_lifetime: 30d
    touch_interval: 0s
policies:
  - { name: signin, match: [{ host: embedded.test, path: /login }], session: login, sources: [embedded] }
  - name: embedded
    match: [{ host: embedded.test }]
    sources: [embedded]
    idle: 1s
    absolute: 12h
    on_expiry: end
    login_url: https://login.test/?rd={return_to}
  - { name: no-login-page, match: [{ host: plain.test }], idle: 1s, absolute: 12h }
  - name: brief
    match: [{ host: app.test }]
    idle: 1s
    absolute: 12h
    login_url: https://login.test/?rd={return_to}&reason={reason}
    cors_origins: [https://shop.test]
  - { name: default, idle: 1h, absolute: 12h, expose_lifetime: true, cors_origins: [https://shop.test] }
`;

onEachTransport('each kind of client', ({ kind: transport }) => {
  let edge: Edge;
  let ended: string;

  before(async function () {
    await envoyOrSkip(this);
    edge = await startEdge({ policy: POLICY, transport });
    ended = `sid=${newCredential()}`;
    const { answer } = await untilRefused(() =>
      call('/api/echo', [
        ['cookie', ended],
        ['curfew-passive', '?1'],
      ]),
    );
    expect(JSON.parse(answer.body)).to.include({ reason: 'idle_timeout' });
  });

  after(() => edge?.stop());

  const call = (
    path: string,
    headers: readonly (readonly [string, string])[],
    { method = 'GET', host = 'app.test' } = {},
  ): Promise<Answer> => httpCall(edge.port, path, { host, method, headers });

  it('sends a browser that navigates to the login, and clears the dead cookie', async () => {
    const answer = await call('/reports?month=5', [...NAVIGATION, ['cookie', ended]]);
    expect(answer.status).to.equal(302);
    expect(answer.headers.location).to.equal(
      'https://login.test/?rd=%2Freports%3Fmonth%3D5&reason=idle_timeout',
    );
    expect(answer.headers['cache-control']).to.equal('no-store');
    expect(answer.headers['set-cookie']).to.have.length(1);
    expect(answer.headers['set-cookie']?.[0]).to.match(/^sid=;/);
    expect(answer.headers['set-cookie']?.[0]).to.match(/; ?path=\/app(;|$)/i);
    expect(answer.headers['set-cookie']?.[0]).to.match(/max-age=0|expires=Thu, 01 Jan 1970/i);
  });

  it('sends a posted form to the login by 303', async () => {
    const options = { method: 'POST' };
    const answer = await call('/reports', [...NAVIGATION, ['cookie', ended]], options);
    expect(answer.status).to.equal(303);
  });

  it('sends a browser without a cookie to the login, and clears nothing', async () => {
    const answer = await call('/', NAVIGATION);
    expect(answer.status).to.equal(302);
    expect(answer.headers['set-cookie']).to.equal(undefined);
    expect(answer.headers.location).to.include('reason=no_credential');
  });

  const THROUGH_WORKER = {
    Chromium: ['navigate', 'empty'],
    Firefox: ['same-origin', 'empty'],
  } as const;
  for (const [browser, [mode, dest]] of Object.entries(THROUGH_WORKER)) {
    it(`sends a navigation that a service worker hands on in ${browser} to the login`, async () => {
      const answer = await call('/reports', [
        ['accept', 'text/html,application/xhtml+xml,*/*;q=0.8'],
        ['sec-fetch-mode', mode],
        ['sec-fetch-dest', dest],
        ['cookie', ended],
      ]);
      expect(answer.status).to.equal(302);
      expect(answer.headers.location).to.include('reason=idle_timeout');
    });
  }

  it('sends an Android WebView to the login, and a script over plain HTTP not', async () => {
    const from = (sender: string): Promise<Answer> =>
      call('/', [
        ['accept', 'text/html,*/*;q=0.8'],
        ['x-requested-with', sender],
      ]);
    expect((await from('com.example.app')).status).to.equal(302);
    expect((await from('XMLHttpRequest')).status).to.equal(401);
  });

  it('shows a page in a frame, with a link to the login for the whole window', async () => {
    const answer = await call('/widget', [
      ['sec-fetch-mode', 'navigate'],
      ['sec-fetch-dest', 'iframe'],
      ['cookie', ended],
    ]);
    expect(answer.status).to.equal(401);
    expect(answer.headers['content-type']).to.match(/^text\/html/);
    expect(answer.headers['content-security-policy']).to.not.include('frame-ancestors');
    expect(answer.body).to.include(
      'href="https://login.test/?rd=%2Fwidget&amp;reason=idle_timeout" target="_top"',
    );
    expect(answer.headers['set-cookie']?.[0]).to.match(/^sid=;/);
  });

  it('shows a page to a browser whose cookie is malformed: a login would not help', async () => {
    const answer = await call('/', [...NAVIGATION, ['cookie', 'sid=a\\b']]);
    expect(answer.status).to.equal(401);
    expect(answer.body).to.match(/delete the cookies of this site/i);
    expect(answer.headers['set-cookie']).to.equal(undefined);
  });

  it('shows a page to a browser with a credential of two sources, and says what it is', async () => {
    const headers = [...NAVIGATION, ['cookie', 'sid=one; emb=two']] as const;
    const answer = await call('/', headers, { host: 'default.test' });
    expect(answer.status).to.equal(401);
    expect(answer.headers['www-authenticate']).to.include('error="ambiguous_credential"');
    expect(answer.body).to.include('Several sessions at once');
  });

  it('refuses a prefetch so that the click asks again: no redirect, no cookie cleared', async () => {
    const cookie = ['cookie', `sid=${newCredential()}`] as const;
    const declined = await call('/page', [...NAVIGATION, cookie, ['sec-purpose', 'prefetch']]);
    expect(declined.status).to.equal(503);
    expect(declined.headers['cache-control']).to.equal('no-store');
    expect(JSON.parse(declined.body)).to.include({ reason: 'prefetch_declined' });
    const { curfew } = await accessLogEntry(edge.envoy, '/page');
    expect(curfew).to.include({ verdict: 'served', reason: 'prefetch_declined' });
    expect((await call('/api/echo', [...NAVIGATION, cookie])).status).to.equal(200);

    const late = [...NAVIGATION, ['cookie', ended], ['sec-purpose', 'prefetch;prerender']] as const;
    const refused = await call('/page', late);
    expect(refused.status).to.equal(401);
    expect(refused.headers.location).to.equal(undefined);
    expect(refused.headers['set-cookie']).to.equal(undefined);
  });

  describe('whose cookie belongs to a frame of another site', () => {
    let gone: string;
    const at = (headers: readonly (readonly [string, string])[]): Promise<Answer> =>
      call('/widget', headers, { host: 'embedded.test' });

    before(async () => {
      gone = `emb=${newCredential()}`;
      await untilRefused(() =>
        call(
          '/api/echo',
          [
            ['cookie', gone],
            ['curfew-passive', '?1'],
          ],
          { host: 'embedded.test' },
        ),
      );
    });

    it('clears it as it was set, with its companions and pieces', async () => {
      const answer = await at([
        ['sec-fetch-mode', 'navigate'],
        ['sec-fetch-dest', 'iframe'],
        ['cookie', `${gone}; theme=dark; remember-me=1`],
      ]);
      expect(answer.status).to.equal(401);
      const lines = answer.headers['set-cookie'] ?? [];
      expect(lines.map((line) => line.split('=')[0])).to.deep.equal(['emb', 'remember-me']);
      for (const line of lines) {
        expect(line).to.match(/; Max-Age=0; .*; Secure; HttpOnly; SameSite=None; Partitioned$/);
      }
    });

    it('leaves it to the login on a redirect, which may come late', async () => {
      const answer = await at([...NAVIGATION, ['cookie', gone]]);
      expect(answer.status).to.equal(302);
      expect(answer.headers['set-cookie']).to.equal(undefined);
    });
  });

  it('shows a page to a browser if the policy has no login', async () => {
    const answer = await call('/', [...NAVIGATION, ['cookie', ended]], { host: 'plain.test' });
    expect(answer.status).to.equal(401);
    expect(answer.headers['content-type']).to.match(/^text\/html/);
    expect(answer.body).to.match(/<html lang="en"/);
    expect(answer.body).to.include('<h1');
  });

  it('answers a script with a problem document, and keeps its cookie', async () => {
    const answer = await call('/api/profile', [
      ['cookie', ended],
      ['sec-fetch-mode', 'cors'],
    ]);
    expect(answer.status).to.equal(401);
    expect(JSON.parse(answer.body)).to.include({ reason: 'idle_timeout' });
    expect(answer.headers['set-cookie']).to.equal(undefined);
    expect(answer.headers.location).to.equal(undefined);
  });

  it('answers a gRPC client with status 16', async () => {
    const refused = await grpcSay(edge.port, {});
    expect(refused.code).to.equal(GRPC_STATUS.UNAUTHENTICATED);
    expect(refused.details).to.equal('This request came without a session. Sign in to continue.');
    const sid = `sid=${newCredential()}`;
    expect(await grpcSay(edge.port, { cookie: sid })).to.include({ code: GRPC_STATUS.OK });
  });

  it('refuses the handshake of a WebSocket with 401', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${edge.port}/ws`);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).to.include('401');
  });

  it('lets a preflight pass, which carries no cookie', async () => {
    const preflight = [
      ['origin', 'https://shop.test'],
      ['access-control-request-method', 'PUT'],
    ] as const;
    const answer = await call('/api/echo', preflight, { method: 'OPTIONS' });
    expect(answer.status).to.equal(200);
    expect(JSON.parse(answer.body)).to.include({ method: 'OPTIONS' });
    const plain = await call('/api/echo', [], { method: 'OPTIONS' });
    expect(plain.status).to.equal(401);
  });

  it('lets only a page of a listed origin read why it was refused', async () => {
    const listed = await call('/api/echo', [
      ['origin', 'https://shop.test'],
      ['cookie', ended],
    ]);
    expect(listed.status).to.equal(401);
    expect(listed.headers).to.include({
      'access-control-allow-origin': 'https://shop.test',
      'access-control-allow-credentials': 'true',
    });
    expect(listed.headers['access-control-expose-headers']).to.match(/www-authenticate/i);
    expect(listed.headers.vary).to.match(/origin/i);

    const other = await call('/api/echo', [
      ['origin', 'https://evil.test'],
      ['cookie', ended],
    ]);
    expect(other.status).to.equal(401);
    expect(other.headers['access-control-allow-origin']).to.equal(undefined);
  });

  it('lets a page of a listed origin read the remaining time', async () => {
    const headers = [
      ['cookie', `sid=${newCredential()}`],
      ['origin', 'https://shop.test'],
    ] as const;
    const answer = await call('/api/echo', headers, { host: 'default.test' });
    expect(answer.status).to.equal(200);
    expect(answer.headers['access-control-expose-headers']).to.include('session-lifetime');
  });

  it('sends the remaining time to the application, and to the client if the policy says so', async () => {
    const cookie = ['cookie', `sid=${newCredential()}`] as const;
    const answer = await call('/api/echo', [cookie], { host: 'default.test' });
    expect(answer.headers['session-lifetime']).to.equal('idle=3600, absolute=43200');
    expect(answer.body).to.include('["session-lifetime","idle=3600, absolute=43200"]');
    const silent = await call('/api/echo', [['cookie', `sid=${newCredential()}`]]);
    expect(silent.headers['session-lifetime']).to.equal(undefined);
    expect(silent.body).to.match(/\["session-lifetime","idle=1, absolute=43200"\]/);
  });
});
