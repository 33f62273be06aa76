import { expect } from 'chai';
import { accessLogEntry } from '../support/envoy/access-log.ts';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { httpCall } from '../support/clients/http-call.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { envoyOrSkip } from '../support/programs/provision-or-skip.ts';
import { untilRefused } from '../support/clients/until-refused.ts';

const IDLE_MS = 1_000;
const LATE_MAX_MS = 1_500;

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - name: brief
    match: [{ host: brief.test }]
    idle: 1s
    absolute: 12h
    passive: [{ path: /api/notifications }, { header: { name: x-poll } }]
  - { name: payments, match: [{ context: { tier: sensitive } }], idle: 1s, absolute: 12h, on_expiry: challenge }
  - { name: watched, match: [{ host: watched.test }], idle: 1s, absolute: 12h, mode: observe }
  - { name: guests, match: [{ host: guests.test }], session: optional, idle: 1s, absolute: 12h }
  - { name: default, idle: 1h, absolute: 12h }
`;

onEachTransport('what counts, and how much', ({ kind: transport }) => {
  let edge: Edge;

  before(async function () {
    await envoyOrSkip(this);
    edge = await startEdge({ policy: POLICY, transport });
  });

  after(() => edge?.stop());

  function ask(
    host: string,
    sid: string,
    path = '/api/echo',
    more: readonly (readonly [string, string])[] = [],
  ): Promise<Answer> {
    return httpCall(edge.port, path, { host, headers: [['cookie', `sid=${sid}`], ...more] });
  }

  const reasonOf = (answer: Answer): unknown =>
    (JSON.parse(answer.body) as { reason?: unknown }).reason;

  const passiveOnes = [
    ['of a path that the policy calls passive', '/api/notifications', []],
    ['with a header that the policy calls passive', '/api/echo', [['x-poll', 'yes']]],
    ['that says of itself that it is passive', '/api/echo', [['curfew-passive', '?1']]],
  ] as const;
  for (const [which, path, headers] of passiveOnes) {
    it(`a request ${which} does not keep a session alive`, async () => {
      const sid = newCredential();
      expect(await ask('brief.test', sid)).to.include({ status: 200 });
      const poll = (): Promise<Answer> => ask('brief.test', sid, path, headers);
      const { answer, afterMs, allowed } = await untilRefused(poll);
      expect(reasonOf(answer)).to.equal('idle_timeout');
      expect(allowed).to.be.greaterThan(2);
      expect(afterMs).to.be.lessThan(IDLE_MS + LATE_MAX_MS);
    });
  }

  it('a request that prefetches does not keep a session alive: it is declined', async () => {
    const sid = newCredential();
    expect(await ask('brief.test', sid)).to.include({ status: 200 });
    const prefetch = (): Promise<Answer> =>
      ask('brief.test', sid, '/api/echo', [['sec-purpose', 'prefetch']]);
    const declined = await untilRefused(prefetch);
    expect(declined.answer).to.include({ status: 503 });
    expect(declined.answer.headers['cache-control']).to.equal('no-store');
    expect(declined.afterMs).to.be.lessThan(IDLE_MS);
    // The click that follows counts.
    expect(await ask('brief.test', sid)).to.include({ status: 200 });
  });

  it('any other request keeps it alive', async () => {
    const sid = newCredential();
    const beganAtMs = performance.now();
    while (performance.now() - beganAtMs < 2.5 * IDLE_MS) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await ask('brief.test', sid)).to.include({ status: 200 });
      // oxlint-disable-next-line no-await-in-loop
      expect(await ask('brief.test', sid, '/api/notifications')).to.include({ status: 200 });
    }
    const poll = (): Promise<Answer> => ask('brief.test', sid, '/api/notifications');
    expect((await untilRefused(poll)).afterMs).to.be.within(IDLE_MS - 100, IDLE_MS + LATE_MAX_MS);
  });

  it('a pause that is too long for payments affects only payments, and a click elsewhere does not undo it', async () => {
    const sid = newCredential();
    expect((await ask('app.test', sid, '/payments')).status).to.equal(303); // by the application
    const quietly = (): Promise<Answer> =>
      ask('app.test', sid, '/api/echo', [['curfew-passive', '?1']]);
    await untilRefused(async () => {
      const home = await quietly();
      const payments = await ask('app.test', sid, '/payments', [['curfew-passive', '?1']]);
      expect(home.status).to.equal(200);
      return { ...payments, status: payments.status === 303 ? 200 : payments.status };
    });
    expect(await ask('app.test', sid)).to.include({ status: 200 });
    const answer = await ask('app.test', sid, '/payments');
    expect(reasonOf(answer)).to.equal('reauthentication_required');
  });

  it('an observing policy denies nothing, and the log shows what it would have denied', async () => {
    const sid = newCredential();
    const watch = (path: string): Promise<Answer> =>
      ask('watched.test', sid, path, [['curfew-passive', '?1']]);
    expect((await watch('/observed/first')).status).to.equal(404); // by the application
    await untilRefused(async () => {
      const path = `/observed/${performance.now()}`;
      const answer = await watch(path);
      expect(answer.status).to.equal(404);
      const { curfew } = await accessLogEntry(edge.envoy, path);
      expect(curfew).to.include({ verdict: 'allow', mode: 'observe' });
      return { ...answer, status: curfew?.['reason'] === 'ok' ? 200 : 401 };
    });
    expect((await watch('/observed/last')).status).to.equal(404);
    const { curfew } = await accessLogEntry(edge.envoy, '/observed/last');
    expect(curfew).to.include({ verdict: 'allow', mode: 'observe', reason: 'idle_timeout' });

    const visitor = await httpCall(edge.port, '/observed/visitor', { host: 'watched.test' });
    expect(visitor.status).to.equal(404);
    const entry = await accessLogEntry(edge.envoy, '/observed/visitor');
    expect(entry.curfew).to.include({ verdict: 'allow', reason: 'no_credential' });
  });

  it('with an optional session, its end leaves the request without a login', async () => {
    const sid = newCredential();
    const visit = (): Promise<Answer> =>
      httpCall(edge.port, '/api/echo', {
        host: 'guests.test',
        headers: [
          ['cookie', `theme=dark; sid=${sid}; lang=de`],
          ['curfew-passive', '?1'],
        ],
      });
    const { answer } = await untilRefused(async () => {
      const found = await visit();
      expect(found.status).to.equal(200);
      return { ...found, status: found.body.includes(sid) ? 200 : 401 };
    });
    expect(answer.body).not.to.include('sid');
    expect(answer.body).to.match(/\["cookie","theme=dark; ?lang=de"\]/);
    expect(answer.body).not.to.include('session-lifetime');
    // The session has ended for every policy.
    expect(reasonOf(await ask('app.test', sid))).to.equal('idle_timeout');
  });
});
