import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessLogEntry } from '../support/envoy/access-log.ts';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { httpCall } from '../support/clients/http-call.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';
import { tokenIssuer } from '../support/tokens/signed-tokens.ts';
import type { TokenIssuer } from '../support/tokens/signed-tokens.ts';
import { untilRefused } from '../support/clients/until-refused.ts';

const IDLE_MS = 1_000;
const ABSOLUTE_MS = 2_000;
// From the deadline to the first request after it: one poll, and the load of this machine.
const LATE_MAX_MS = 1_500;

const policy = (jwksFile: string): string => `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
  - { name: known, cookie: known, opening: registered }
  - name: api
    jwt: { issuer: https://idp.test, audience: api, jwks_file: ${jwksFile}, session_claim: sid }
    credential_lifetime: 30d
policies:
  - { name: brief, match: [{ host: idle.test }], idle: 1s, absolute: 12h }
  - { name: aging, match: [{ host: absolute.test }], idle: 1s, absolute: 2s }
  - { name: fresh, match: [{ host: fresh.test }], idle: 1s, absolute: 12h, on_expiry: challenge }
  - { name: default, idle: 1h, absolute: 12h }
`;

onEachTransport('a request through Envoy', ({ kind: transport }) => {
  let edge: Edge;
  let issuer: TokenIssuer;
  let folder: string;

  before(async function () {
    await envoyOrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-jwks-'));
    issuer = await tokenIssuer();
    await issuer.writeKeys(join(folder, 'jwks.json'));
    edge = await startEdge({ policy: policy(join(folder, 'jwks.json')), transport });
  });

  after(async () => {
    await edge?.stop();
    await rm(folder ?? '', { recursive: true, force: true });
  });

  const withCookie = (cookie: string, host = 'app.test', path = '/api/echo'): Promise<Answer> =>
    httpCall(edge.port, path, { host, headers: [['cookie', cookie]] });
  const passively = (sid: string, host: string): Promise<Answer> => {
    const headers = [
      ['cookie', `sid=${sid}`],
      ['curfew-passive', '?1'],
    ] as const;
    return httpCall(edge.port, '/api/echo', { host, headers });
  };
  const bearer = (token: string, path = '/api/echo'): Promise<Answer> =>
    httpCall(edge.port, path, {
      host: 'app.test',
      headers: [['authorization', `Bearer ${token}`]],
    });

  function expectProblem(answer: Answer, reason: string): void {
    expect(answer.status).to.equal(401);
    expect(answer.headers['content-type']).to.equal('application/problem+json');
    expect(answer.headers['cache-control']).to.equal('no-store');
    expect(answer.headers['set-cookie']).to.equal(undefined);
    const problem = JSON.parse(answer.body) as Record<string, unknown>;
    expect(problem).to.include({ type: `urn:curfew:problem:${reason}`, status: 401, reason });
    expect(problem['title']).to.be.a('string');
    expect(problem['detail']).to.be.a('string');
  }

  it('reaches the application with a live session, and the access log shows it', async () => {
    const answer = await withCookie(`sid=${newCredential()}`, 'app.test', '/api/echo/first');
    expect(answer.status).to.equal(200);
    const { curfew } = await accessLogEntry(edge.envoy, '/api/echo/first');
    expect(curfew).to.include({ verdict: 'allow', reason: 'ok', policy: 'default' });
    expect(curfew).to.include({ mode: 'enforce', source: 'web', idle_remaining_s: 3600 });
    expect(curfew?.['absolute_remaining_s']).to.equal(12 * 3600);
    expect(curfew?.['session']).to.match(/^[\w-]{6,32}$/);
  });

  it('is refused without a credential', async () => {
    const answer = await httpCall(edge.port, '/none', { host: 'app.test' });
    expectProblem(answer, 'no_credential');
    expect(answer.headers['www-authenticate']).to.match(/^Session realm="[^"]+"/);
    expect(answer.headers['www-authenticate']).not.to.include('error=');
    const entry = await accessLogEntry(edge.envoy, '/none');
    expect(entry).to.include({ status: 401, flags: 'UAEX', details: 'ext_authz_denied' });
    expect(entry.curfew).to.include({ verdict: 'deny', reason: 'no_credential' });
  });

  const five = [1, 2, 3, 4, 5].map((n) => `sid=${n}`).join('; ');
  // Of most, the client learns only that it is invalid; the operator sees the exact reason.
  const refused = [
    ['sid="quo"ted"', 'malformed_credential', 'invalid_credential'],
    ['sid=a%2520b', 'malformed_credential', 'invalid_credential'],
    [`sid=${'a'.repeat(4_097)}`, 'malformed_credential', 'invalid_credential'],
    [five, 'ambiguous_credential', 'ambiguous_credential'],
    ['sid=one; known=two', 'ambiguous_credential', 'ambiguous_credential'],
    ['known=never-registered', 'unknown_session', 'invalid_credential'],
  ] as const;
  for (const [index, [cookie, reason, said]] of refused.entries()) {
    it(`is refused as ${reason} with ${cookie.slice(0, 20)}`, async () => {
      const path = `/refused/${index}`;
      expectProblem(await withCookie(cookie, 'app.test', path), said);
      const entry = await accessLogEntry(edge.envoy, path);
      expect(entry.curfew).to.include({ verdict: 'deny', reason });
    });
  }

  it('is refused with a token that does not verify, and passes with one that does', async () => {
    const expiry = Math.floor(Date.now() / 1_000) + 600;
    const claims = { iss: 'https://idp.test', aud: 'api', sid: newCredential(), exp: expiry };
    expect(await bearer(await issuer.sign(claims))).to.include({ status: 200 });

    const strangers = await (await tokenIssuer()).sign(claims);
    const answer = await bearer(strangers, '/forged');
    expectProblem(answer, 'invalid_credential');
    expect(answer.headers['www-authenticate']).to.match(/^Bearer .*error="invalid_token"/);
    const { curfew } = await accessLogEntry(edge.envoy, '/forged');
    expect(curfew).to.include({ verdict: 'deny', reason: 'invalid_token', source: 'api' });
  });

  it('is refused after the session was idle for too long, and stays refused', async () => {
    const sid = newCredential();
    const { answer, afterMs } = await untilRefused(() => passively(sid, 'idle.test'));
    expectProblem(answer, 'idle_timeout');
    expect(answer.headers['www-authenticate']).to.include('error="idle_timeout"');
    expect(afterMs).to.be.within(IDLE_MS - 5, IDLE_MS + LATE_MAX_MS);
    expectProblem(await withCookie(`sid=${sid}`), 'idle_timeout'); // also under the looser policy
    expectProblem(await withCookie(`sid=${sid}`), 'idle_timeout');
    expect(await withCookie(`sid=${newCredential()}`)).to.include({ status: 200 });
  });

  it('is refused at the absolute timeout, however active the user is', async () => {
    const sid = newCredential();
    const { answer, afterMs, allowed } = await untilRefused(() =>
      withCookie(`sid=${sid}`, 'absolute.test'),
    );
    expectProblem(answer, 'absolute_timeout');
    expect(afterMs).to.be.within(ABSOLUTE_MS - 5, ABSOLUTE_MS + LATE_MAX_MS);
    expect(allowed).to.be.greaterThan(3);
    expectProblem(await withCookie(`sid=${sid}`), 'absolute_timeout');
  });

  it('needs a fresh login under a challenging policy, and passes under the others', async () => {
    const sid = newCredential();
    const { answer, afterMs } = await untilRefused(() => passively(sid, 'fresh.test'));
    expectProblem(answer, 'reauthentication_required');
    expect(answer.headers['www-authenticate']).to.include('insufficient_user_authentication');
    expect(answer.headers['www-authenticate']).to.match(/max_age="?1"?/);
    expect(afterMs).to.be.within(IDLE_MS - 5, IDLE_MS + LATE_MAX_MS);
    expect(await withCookie(`sid=${sid}`)).to.include({ status: 200 });
    // That click does not undo the pause.
    expectProblem(await withCookie(`sid=${sid}`, 'fresh.test'), 'reauthentication_required');
  });

  it('is counted by the metrics of Curfew', async () => {
    const page = await edge.curfews[0]?.metrics();
    expect(page).to.match(
      /^curfew_checks_total\{.*reason="idle_timeout".*policy="brief".*\} [1-9]/m,
    );
    for (const reason of ['idle_timeout', 'absolute_timeout']) {
      const one = new RegExp(
        `^curfew_sessions_ended_total\\{reason="${reason}",policy="\\w+"\\} 1$`,
        'm',
      );
      expect(page).to.match(one);
    }
  });
});
