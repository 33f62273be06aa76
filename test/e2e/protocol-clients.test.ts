import { expect } from 'chai';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { GRPC_STATUS, grpcSay } from '../support/clients/grpc-echo-client.ts';
import { httpCall } from '../support/clients/http-call.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';
import { untilRefused } from '../support/clients/until-refused.ts';

// Each answer as it arrives at the client: Envoy makes answers to gRPC, and takes statuses such as
// 200 and 204 for a denial.

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - name: default
    idle: 1s
    absolute: 12h
    login_url: https://login.test/?rd={return_to}
    cors_origins: [https://shop.test]
`;
const IDLE =
  'The session ended because there was no activity for too long. Sign in again to continue.';
const MCP = [['mcp-protocol-version', '2025-11-25']] as const;
const EVENT_STREAM = ['accept', 'application/json, text/event-stream'] as const;

onEachTransport('a client whose session has ended', ({ kind: transport }) => {
  let edge: Edge;
  let cookie: readonly [string, string];

  before(async function () {
    await envoyOrSkip(this);
    edge = await startEdge({ policy: POLICY, transport });
    cookie = ['cookie', `sid=${newCredential()}`];
    await untilRefused(() => ask('/api/echo', [['curfew-passive', '?1']]));
  });

  after(() => edge?.stop());

  const ask = (
    path: string,
    headers: readonly (readonly [string, string])[],
    method = 'GET',
  ): Promise<Answer> => httpCall(edge.port, path, { method, headers: [cookie, ...headers] });

  it('of gRPC gets status 16 with the sentence, and the challenge as metadata', async () => {
    const { code, details, metadata } = await grpcSay(edge.port, { cookie: cookie[1] });
    expect(code).to.equal(GRPC_STATUS.UNAUTHENTICATED);
    expect(details).to.equal(IDLE);
    expect(metadata.get('www-authenticate').join('')).to.include('error="idle_timeout"');
    expect(metadata.get('content-type')).to.not.include('application/problem+json');
  });

  for (const type of ['application/grpc-web+proto', 'application/grpc-web-text']) {
    it(`of gRPC-Web (${type}) gets the status and the sentence in headers`, async () => {
      const headers = [
        ['content-type', type],
        ['origin', 'https://shop.test'],
      ] as const;
      const answer = await ask('/curfew.sample.Echo/Say', headers, 'POST');
      expect(answer.status).to.equal(200);
      // Clients take another type, such as text/plain, for a fault of the server.
      expect(answer.headers['content-type']).to.equal(undefined);
      expect(answer.headers['grpc-status']).to.equal('16');
      expect(answer.headers['grpc-message']).to.equal(IDLE);
      expect(answer.headers['access-control-expose-headers']).to.include('grpc-status');
      expect(answer.headers['www-authenticate']).to.include('error="idle_timeout"');
      expect(answer.headers['cache-control']).to.equal('no-store');
      expect(answer.body).to.equal('');
    });
  }

  const CONNECT: Readonly<Record<string, readonly [string, string][]>> = {
    'a unary call': [
      ['connect-protocol-version', '1'],
      ['content-type', 'application/json'],
    ],
    'a stream': [['content-type', 'application/connect+proto']],
  };
  for (const [call, headers] of Object.entries(CONNECT)) {
    it(`of Connect gets an error of its protocol for ${call}`, async () => {
      expectConnect(await ask('/curfew.sample.Echo/Say', headers, 'POST'));
    });
  }

  it('of Connect gets one for a call by GET', async () => {
    expectConnect(await ask('/curfew.sample.Echo/Say?connect=v1&message=%7B%7D', []));
  });

  function expectConnect(answer: Answer): void {
    expect(answer.status).to.equal(401);
    expect(answer.headers['content-type']).to.equal('application/json');
    expect(answer.headers['www-authenticate']).to.include('error="idle_timeout"');
    expect(JSON.parse(answer.body)).to.deep.equal({ code: 'unauthenticated', message: IDLE });
  }

  it('of MCP gets an error of JSON-RPC with 401 for a call', async () => {
    const answer = await ask('/mcp', [...MCP, EVENT_STREAM], 'POST');
    expect(answer.status).to.equal(401);
    expect(answer.headers['www-authenticate']).to.include('error="idle_timeout"');
    expectJsonRpc(answer);
  });

  it('of MCP gets 404 for its event stream, so that it opens no login by itself', async () => {
    const answer = await ask('/mcp', [...MCP, EVENT_STREAM]);
    expect(answer.status).to.equal(404);
    expect(answer.headers['www-authenticate']).to.equal(undefined);
    expectJsonRpc(answer);
  });

  function expectJsonRpc(answer: Answer): void {
    expect(answer.headers['content-type']).to.equal('application/json');
    expect(JSON.parse(answer.body)).to.deep.equal({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32_001, message: IDLE, data: { reason: 'idle_timeout' } },
    });
  }

  it('of MCP deletes its session with 204', async () => {
    const answer = await ask('/mcp', MCP, 'DELETE');
    expect(answer.status).to.equal(204);
    expect(answer.body).to.equal('');
    expect(answer.headers['cache-control']).to.equal('no-store');
  });

  it('of MCP is refused the DELETE of a session that it does not name', async () => {
    const answer = await httpCall(edge.port, '/mcp', { method: 'DELETE', headers: MCP });
    expect(answer.status).to.equal(401);
  });

  it('never reaches the application in any of these ways', async () => {
    const ways: readonly (readonly [
      method: string,
      headers: readonly (readonly [string, string])[],
    ])[] = [
      ['POST', [['content-type', 'application/grpc-web']]],
      ['DELETE', MCP],
      ['GET', [...MCP, EVENT_STREAM]],
    ];
    for (const [method, headers] of ways) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const answer = await ask('/api/echo', headers, method);
      expect(answer.body).to.not.include('"headers"');
      expect(answer.headers['x-envoy-upstream-service-time']).to.equal(undefined);
    }
  });
});
