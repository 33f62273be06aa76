import { expect } from 'chai';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { onEachTransport } from '../support/each-transport.ts';
import { newCredential, startEdge } from '../support/edge.ts';
import type { Edge } from '../support/edge.ts';
import { GRPC_STATUS, grpcSay } from '../support/grpc-echo-client.ts';
import { NAVIGATION, httpCall } from '../support/http-call.ts';
import type { Answer } from '../support/http-call.ts';
import { envoyOrSkip } from '../support/provision.ts';
import { untilRefused } from '../support/until-refused.ts';

const POLICY = `
version: 1
sources:
  - { name: web, cookie: { name: sid, path: /app }, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: no-login-page, match: [{ host: plain.test }], idle: 1s, absolute: 12h }
  - name: brief
    match: [{ host: app.test }]
    idle: 1s
    absolute: 12h
    login_url: https://login.test/?rd={return_to}&reason={reason}
    cors_origins: [https://shop.test]
  - { name: default, idle: 1h, absolute: 12h, expose_lifetime: true }
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

  it('sends a form that is posted to the login by 303', async () => {
    const options = { method: 'POST' };
    const answer = await call('/reports', [...NAVIGATION, ['cookie', ended]], options);
    expect(answer.status).to.equal(303);
  });

  it('sends somebody without a cookie to the login, and clears nothing', async () => {
    const answer = await call('/', NAVIGATION);
    expect(answer.status).to.equal(302);
    expect(answer.headers['set-cookie']).to.equal(undefined);
    expect(answer.headers.location).to.include('reason=no_credential');
  });

  it('shows a page to a browser where there is no login to go to', async () => {
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
    expect(refused.details).to.include('no_credential');
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

  it('tells a page of a listed origin why it was refused, and no other', async () => {
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

  it('tells the application what is left, and the client where the policy says so', async () => {
    const cookie = ['cookie', `sid=${newCredential()}`] as const;
    const answer = await call('/api/echo', [cookie], { host: 'default.test' });
    expect(answer.headers['session-lifetime']).to.equal('idle=3600, absolute=43200');
    expect(answer.body).to.include('["session-lifetime","idle=3600, absolute=43200"]');
    const silent = await call('/api/echo', [['cookie', `sid=${newCredential()}`]]);
    expect(silent.headers['session-lifetime']).to.equal(undefined);
    expect(silent.body).to.match(/\["session-lifetime","idle=1, absolute=43200"\]/);
  });
});
