import { expect } from 'chai';
import { httpCall } from '../../support/clients/http-call.ts';
import type { Answer } from '../../support/clients/http-call.ts';
import { untilRefused } from '../../support/clients/until-refused.ts';
import { guardedMcpOrSkip, MCP_IDLE_MS } from '../../support/outside/guarded-mcp.ts';
import type { AgentLogin, GuardedMcp } from '../../support/outside/guarded-mcp.ts';

const PROTOCOL = '2025-11-25';
const LATE_MAX_MS = 2_000;

interface JsonRpcError {
  readonly id: unknown;
  readonly error: { readonly code: number; readonly data: { readonly reason: string } };
}

/** What no SDK shows: single requests to a server of the TypeScript SDK, as both SDKs send them. */
describe('the recipe for MCP servers', function () {
  this.timeout(60_000);
  let guarded: GuardedMcp;

  before(async function () {
    guarded = await guardedMcpOrSkip(this);
  });
  after(() => guarded?.stop());

  async function send(
    login: AgentLogin,
    { method, session, body }: { method: string; session?: string; body?: object },
  ): Promise<Answer> {
    return httpCall(guarded.port, '/mcp', {
      method,
      headers: [
        ['authorization', `Bearer ${await login.token()}`],
        ['mcp-protocol-version', PROTOCOL],
        // The Python SDK names both for its stream, too.
        ['accept', 'application/json, text/event-stream'],
        ['content-type', 'application/json'],
        ...(session === undefined ? [] : ([['mcp-session-id', session]] as const)),
      ],
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  const rpc = (method: string, params: object = {}) => ({
    jsonrpc: '2.0',
    id: 1,
    method,
    params,
  });

  /** A client that has just begun: the id of its MCP session, and a call in it. */
  async function begun(login: AgentLogin) {
    const clientInfo = { name: 'test', version: '1' };
    const params = { protocolVersion: PROTOCOL, capabilities: {}, clientInfo };
    const answer = await send(login, { method: 'POST', body: rpc('initialize', params) });
    expect(answer.status).to.equal(200);
    const session = String(answer.headers['mcp-session-id']);
    const tools = () => send(login, { method: 'POST', session, body: rpc('tools/list') });
    expect((await tools()).status).to.equal(200);
    return { session, tools };
  }

  it('lets a client without a token find its login', async () => {
    const path = '/.well-known/oauth-protected-resource/mcp';
    const answer = await httpCall(guarded.port, path);
    expect(answer.status).to.equal(404); // of the application, which has none
    expect(answer.headers['www-authenticate']).to.equal(undefined);
    const body = JSON.stringify(rpc('initialize'));
    const refused = await httpCall(guarded.port, '/mcp', { method: 'POST', body });
    expect(refused.status).to.equal(401);
    expect(refused.headers['www-authenticate']).to.equal('Bearer realm="curfew"');
  });

  it('cuts the standing stream when the session becomes idle, whose opening is not activity', async () => {
    const login = guarded.logIn('stream');
    const { session, tools } = await begun(login);
    const beganAtMs = performance.now();
    const stream = await send(login, { method: 'GET', session }).catch((fault: unknown) => fault);
    expect(stream).to.be.instanceOf(Error);
    expect(performance.now() - beganAtMs).to.be.within(
      MCP_IDLE_MS - 1_000,
      MCP_IDLE_MS + LATE_MAX_MS,
    );
    const { answer } = await untilRefused(() => send(login, { method: 'GET', session }));
    expect(answer.status).to.equal(404); // at a 401 clients would open a login page by themselves
    expect(reasonIn(answer)).to.equal('idle_timeout');
    const call = await tools();
    expect(call.status).to.equal(401);
    expect(call.headers['www-authenticate']).to.match(/insufficient_user_authentication.*max_age/);
    expect(reasonIn(call)).to.equal('idle_timeout');
    expect((await send(login, { method: 'DELETE', session })).status).to.equal(204);
  });

  it('ends no login when a client closes, which is not activity either', async () => {
    const login = guarded.logIn('closes');
    const { session } = await begun(login);
    const close = () => send(login, { method: 'DELETE', session });
    expect((await close()).status).to.equal(200);
    const { tools } = await begun(login); // the same token opens another connection
    const { answer, afterMs } = await untilRefused(async () => {
      const given = await close();
      return { ...given, status: given.status === 204 ? 204 : 200 }; // the server has 404 for it by now
    });
    expect(answer.status).to.equal(204); // of Curfew
    expect(afterMs).to.be.within(MCP_IDLE_MS - 1_000, MCP_IDLE_MS + LATE_MAX_MS);
    expect((await tools()).status).to.equal(401);
  });
});

function reasonIn({ body }: Answer): string {
  const { id, error } = JSON.parse(body) as JsonRpcError;
  expect(id).to.equal(null);
  expect(error.code).to.equal(-32_001);
  return error.data.reason;
}
