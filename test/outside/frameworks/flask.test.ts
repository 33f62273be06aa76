import { expect } from 'chai';
import { join } from 'node:path';
import { untilRefused } from '../../support/clients/until-refused.ts';
import { startGuarded } from '../../support/outside/guarded-application.ts';
import type { GuardedApplication } from '../../support/outside/guarded-application.ts';
import { outsidePythonOrSkip, PROGRAMS } from '../../support/outside/programs.ts';
import { WebUser } from '../../support/outside/web-user.ts';
import { envoyOrSkip } from '../../support/programs/provision-or-skip.ts';

// Only what holds. Each write is another value, so another session, and an older value of the same login works after a
// logout: the recipes send such applications to Flask-Session.
const POLICY = `
version: 1
sources:
  - { name: flask, cookie: session, format: dotted, opening: first-use, credential_lifetime: 31d }
policies:
  - { name: logout, match: [{ path: /logout, methods: [POST] }], ends_session: true }
  - { name: login, match: [{ path: /login }], session: login }
  - { name: default, idle: 1500ms, absolute: 4s, login_url: 'https://app.example.com/login?rd={return_to}' }
`;

describe('Flask, with its session in the cookie', () => {
  let guarded: GuardedApplication;

  before(async function () {
    await envoyOrSkip(this);
    const python = await outsidePythonOrSkip(this);
    const program = join(PROGRAMS, 'python', 'flask_app.py');
    guarded = await startGuarded({ file: python, args: (port) => [program, String(port)] }, POLICY);
  });

  after(() => guarded?.stop());

  it('takes alice for alice while she reads, up to the maximum age of what she wrote last', async () => {
    const alice = new WebUser(guarded.port);
    await alice.logIn('/login', 'alice');
    expect((await alice.call('/notes', 'POST')).status).to.equal(200);
    const { answer, afterMs } = await untilRefused(() => alice.call('/me'), 150);
    expect(JSON.parse(answer.body)).to.include({ reason: 'absolute_timeout' });
    expect(afterMs).to.be.within(3_000, 6_000);
  }).timeout(60_000);

  it('ends the value that bob had at his logout, which Flask itself would take again', async () => {
    const bob = new WebUser(guarded.port);
    await bob.logIn('/login', 'bob');
    const old = bob.copy();
    const direct = new WebUser(guarded.application.port, jarOf(bob));
    await bob.submit('/logout');
    expect(await direct.isSeenAs()).to.equal('bob');
    expect(await old.isSeenAs()).to.equal('refused: signed_out');
  });

  it('ends silent alice, lets her log in, and no spelling of the old value comes back', async () => {
    const alice = new WebUser(guarded.port);
    await alice.logIn('/login', 'alice');
    const value = alice.cookies();
    const { answer } = await untilRefused(() =>
      alice.call('/me', 'GET', [['curfew-passive', '?1']]),
    );
    expect(JSON.parse(answer.body)).to.include({ reason: 'idle_timeout' });
    await alice.logIn('/login', 'alice');
    expect(await alice.isSeenAs()).to.equal('alice');
    const last = value.at(-1) ?? '';
    // The bits of the last character that do not matter, and padding: Flask reads each as the same login.
    const others = [`${value}=`, `${value}==`, value.slice(0, -1) + neighbourOf(last)];
    for (const cookie of [value, ...others]) {
      const old = new WebUser(guarded.port, new Map([['session', cookie.replace('session=', '')]]));
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await old.isSeenAs(), cookie).to.be.oneOf([
        'refused: idle_timeout',
        'refused: invalid_credential',
      ]);
    }
  }).timeout(60_000);
});

/** The cookie of a user, for another browser. */
function jarOf(user: WebUser): ReadonlyMap<string, string> {
  return new Map([['session', user.cookies().replace('session=', '')]]);
}

/** The character whose first four bits of six are the same. */
function neighbourOf(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) ^ 1] ?? '';
}
