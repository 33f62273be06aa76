import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { CALL_NAMES } from '../../../src/admin/calls/call-name.ts';
import { ALL_CALLS, pathOf } from '../../support/admin/all-calls.ts';
import { CALLERS, parsed, startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminWorld, Caller } from '../../support/admin/admin-world.ts';
import { httpCall } from '../../support/clients/http-call.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: app, header: x-app, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

/** Who may make which call, written down again: the product must agree with this table. */
const MAY: Readonly<Record<string, readonly Caller[]>> = {
  register_session: ['login', 'weblogin'],
  find_session: ['vera', 'olga'],
  show_session: ['vera', 'olga'],
  list_sessions: ['vera', 'olga'],
  end_sessions: ['olga', 'login', 'weblogin'],
  show_subject: ['vera', 'olga'],
  lock_subject: ['olga'],
  unlock_subject: ['olga'],
  list_policies: ['vera', 'olga'],
  show_status: ['vera', 'olga'],
  show_store: ['vera', 'olga'],
  init_store: ['olga'],
  accept_store_loss: ['olga'],
  show_openapi: ['vera', 'olga', 'login', 'weblogin'],
};

const NAMES = Object.keys(CALLERS) as Caller[];

describe('the roles of administration', function () {
  this.timeout(60_000);
  let world: AdminWorld;

  before(async () => {
    world = await startAdminWorld({ policies: POLICIES });
  });
  after(() => world.close());

  it('are written down here for every call', () => {
    expect(ALL_CALLS.map(({ name }) => name)).to.have.members([...CALL_NAMES]);
    expect(Object.keys(MAY)).to.have.members([...CALL_NAMES]);
  });

  for (const call of ALL_CALLS) {
    const { name, method } = call;
    const path = pathOf(call);
    for (const caller of NAMES) {
      const may = MAY[name]?.includes(caller) === true;
      it(`${may ? 'let' : 'forbid'} ${caller} (${CALLERS[caller]}) ${method.toUpperCase()} ${path}`, async () => {
        const answer = await (method === 'get'
          ? world.get(path, caller)
          : world.post(path, {}, caller));
        if (may) {
          // Nothing was given, so the call itself refuses it, or answers.
          expect([200, 400, 404]).to.include(answer.status);
        } else {
          expect(answer.json).to.include({ status: 403, code: 'forbidden' });
        }
      });
    }
    it(`ask a stranger for a credential at ${method.toUpperCase()} ${path}`, async () => {
      const answer = parsed(
        await httpCall(world.adminPort, path, {
          method: method.toUpperCase(),
          headers: [['content-type', 'application/json']],
          ...(method === 'post' && { body: '{}' }),
        }),
      );
      expect(answer.json).to.include({ status: 401, code: 'unauthenticated' });
    });
  }

  const credential = (): string => randomBytes(16).toString('hex');
  const register = (source: string, caller: Caller) =>
    world.post('/v1/sessions', { source, credential: credential() }, caller);
  const end = (body: object, caller: Caller) => world.post('/v1/sessions/end', body, caller);

  it('bind an issuer to its sources', async () => {
    expect((await register('web', 'weblogin')).status).to.equal(201);
    expect((await register('app', 'weblogin')).status).to.equal(403);
    expect((await register('nope', 'weblogin')).status).to.equal(403);
    expect((await register('app', 'login')).status).to.equal(201);
    const web = { source: 'web', credential: credential() };
    const app = { source: 'app', credential: credential() };
    expect((await end(web, 'weblogin')).status).to.equal(200);
    expect((await end(app, 'weblogin')).status).to.equal(403);
    expect((await end(app, 'login')).status).to.equal(200);
  });

  it('let an issuer end by credential only', async () => {
    const { json } = await register('web', 'login');
    for (const caller of ['login', 'weblogin'] as const) {
      for (const body of [
        { session: json['session'] },
        { subject: 'ada' },
        { subject: 'ada', dry_run: true },
      ]) {
        // oxlint-disable-next-line no-await-in-loop
        expect((await end(body, caller)).json).to.include({ status: 403, code: 'forbidden' });
      }
    }
    expect((await world.get(`/v1/sessions/${String(json['session'])}`)).json).to.include({
      state: 'live',
    });
  });

  it('say signed_out for an issuer and revoked for an operator', async () => {
    for (const [caller, by] of [
      ['login', 'signed_out'],
      ['olga', 'revoked'],
    ] as const) {
      const cookie = credential();
      // oxlint-disable-next-line no-await-in-loop
      await end({ source: 'web', credential: cookie }, caller);
      // oxlint-disable-next-line no-await-in-loop
      expect(await world.visit(cookie)).to.equal(by);
    }
  });

  it('are in the log of every call that was refused', () => {
    const line = world
      .calls()
      .find((one) => one['call'] === 'lock_subject' && one['actor'] === 'vera');
    expect(line).to.include({ result: 'forbidden', role: 'viewer', status: 403 });
  });
});
