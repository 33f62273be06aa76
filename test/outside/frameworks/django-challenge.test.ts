import { expect } from 'chai';
import { join } from 'node:path';
import { untilRefused } from '../../support/clients/until-refused.ts';
import { shortRecipe, startGuarded } from '../../support/outside/guarded-application.ts';
import type { GuardedApplication } from '../../support/outside/guarded-application.ts';
import { outsidePythonOrSkip, PROGRAMS } from '../../support/outside/programs.ts';
import { sessionFolder } from '../../support/outside/session-folder.ts';
import { WebUser } from '../../support/outside/web-user.ts';
import { envoyOrSkip } from '../../support/programs/provision-or-skip.ts';

const LOGIN = '/accounts/login/';
/** The strict page of the application; each visit is counted by it. */
const STRICT = '/notes';
const STRICT_IDLE_MS = 1_000;
/** Much longer than the tests take. */
const IDLE_MS = 600_000;

/** A stricter policy before the last one of the recipe. It names no `on_expiry`: the default is `challenge`. */
function withStrictPage(recipe: string): string {
  const last = '  - name: default\n';
  if (recipe.split(last).length !== 2) throw new Error('the recipe has not one default policy');
  const login = `https://app.example.com${LOGIN}?next={return_to}&reason={reason}&max_age={max_age}`;
  const strict = [
    '  - name: strict',
    `    match: [{ path: ${STRICT} }]`,
    `    idle: ${STRICT_IDLE_MS}ms`,
    '    absolute: 10m',
    `    login_url: ${login}`,
    '    return_hosts: [app.example.com]',
    '',
  ].join('\n');
  return recipe.replace(last, `${strict}\n${last}`);
}

// Django keeps the value of its cookie when the same user logs in over a session that it still has. The value of a
// challenged session is too old for ever, so this login would never satisfy the challenge.
describe('a challenge and the login of Django, which keeps the value of a session', function () {
  this.timeout(60_000);

  /** Django with this policy file, for the tests of one suite. */
  function django(policy: string): () => GuardedApplication {
    const folder = sessionFolder('django-challenge');
    let guarded: GuardedApplication;
    before(async function () {
      await envoyOrSkip(this);
      const python = await outsidePythonOrSkip(this);
      const args = (port: number) => [join(PROGRAMS, 'python', 'django_app.py'), String(port)];
      guarded = await startGuarded({ file: python, args, env: { SESSION_FOLDER: folder } }, policy);
    });
    after(() => guarded?.stop());
    return () => guarded;
  }

  /** Alice after her login, when the strict page has just refused her. */
  async function challenged({ port }: GuardedApplication): Promise<WebUser> {
    const alice = new WebUser(port);
    await alice.logIn(LOGIN, 'alice');
    expect((await alice.call(STRICT)).status).to.equal(200);
    const { answer } = await untilRefused(
      () => alice.call(STRICT, 'GET', [['curfew-passive', '?1']]),
      100,
    );
    expect(JSON.parse(answer.body)).to.include({ reason: 'reauthentication_required' });
    return alice;
  }

  describe('with the recipe', () => {
    const guarded = django(withStrictPage(shortRecipe('django.yaml', IDLE_MS, IDLE_MS)));

    it('sends alice to the login, and lets her in after it', async () => {
      const alice = await challenged(guarded());
      const page = await alice.open(STRICT);
      expect(page.path).to.match(new RegExp(`^${LOGIN}\\?`));
      expect(page.path).to.include('reason=reauthentication_required').and.include('max_age=1');
      const before = alice.cookies();
      await alice.logIn(page.path, 'alice');
      expect(alice.cookies()).to.not.equal(before);
      const answer = await alice.call(STRICT);
      expect(answer.status).to.equal(200);
      expect(JSON.parse(answer.body)).to.include({ user: 'alice' });
    });

    it('leaves her logged in elsewhere until she logs in again, and ends the old value then', async () => {
      const alice = await challenged(guarded());
      const tab = alice.copy(); // another window with the same cookie
      expect(await tab.isSeenAs()).to.equal('alice');
      await alice.open(STRICT); // the login page, once seen
      expect(await tab.isSeenAs()).to.equal('alice');
      await alice.logIn(LOGIN, 'alice');
      expect(await tab.isSeenAs()).to.equal('refused: signed_out');
      expect(await alice.isSeenAs()).to.equal('alice');
    });

    it('leaves her logged in if she turns away from the login', async () => {
      const alice = await challenged(guarded());
      await alice.open(STRICT);
      expect(await alice.isSeenAs()).to.equal('alice');
      expect((await alice.call(STRICT)).status).to.equal(401);
    });
  });

  describe('without session: login for its pages', () => {
    const strict = withStrictPage(shortRecipe('django.yaml', IDLE_MS, IDLE_MS));
    const careless = strict
      .replace('session: login', 'session: off')
      .replace('absolute: 10m\n', 'absolute: 10m\n    on_expiry: challenge\n'); // not the default then
    const guarded = django(careless);

    it('keeps the value, and alice is refused for ever', async () => {
      const alice = await challenged(guarded());
      const value = () => /sessionid=\w+/.exec(alice.cookies())?.[0];
      const before = value();
      await alice.logIn(LOGIN, 'alice');
      expect(value()).to.equal(before);
      const answer = await alice.call(STRICT);
      expect(JSON.parse(answer.body)).to.include({ reason: 'reauthentication_required' });
    });
  });
});
