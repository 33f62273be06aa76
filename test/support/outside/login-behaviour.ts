import { expect } from 'chai';
import { untilRefused } from '../clients/until-refused.ts';
import { envoyOrSkip } from '../programs/provision-or-skip.ts';
import type { ApplicationCommand } from './application.ts';
import { shortRecipe, startGuarded } from './guarded-application.ts';
import type { GuardedApplication } from './guarded-application.ts';
import { WebUser } from './web-user.ts';

const IDLE_MS = 1_500;
const ABSOLUTE_MS = 4_000;
/** How long after a deadline it may be noticed. */
const LATE_MAX_MS = 2_000;

export interface LoginOfFramework {
  /** The file in deploy/recipes. */
  readonly recipe: string;
  readonly login: string;
  readonly logout: string;
  /** Provides the program, or skips. */
  command(context: Mocha.Context): Promise<ApplicationCommand>;
}

/**
 * What holds for every login with a session on its server, behind the production Envoy and with the recipe's own policy
 * file: only its timeouts are shorter.
 *
 * @returns the running application, for sentences of one framework
 */
export function behavesAsLogin(framework: LoginOfFramework): () => GuardedApplication {
  const { recipe, login, logout } = framework;
  let guarded: GuardedApplication;

  before(async function () {
    await envoyOrSkip(this);
    const command = await framework.command(this);
    guarded = await startGuarded(command, shortRecipe(recipe, IDLE_MS, ABSOLUTE_MS));
  });

  after(() => guarded?.stop());

  const newUser = async (name: string): Promise<WebUser> => {
    const user = new WebUser(guarded.port);
    await user.logIn(login, name);
    expect(await user.isSeenAs()).to.equal(name);
    return user;
  };
  const passively = (user: WebUser) => () => user.call('/me', 'GET', [['curfew-passive', '?1']]);

  it('shows a stranger the login page, and takes each user for the one that logged in', async () => {
    const stranger = new WebUser(guarded.port);
    const page = await stranger.open('/me');
    expect(page.status).to.equal(200);
    expect(page.path).to.match(new RegExp(`^${login}\\?`));
    const [alice, bob] = await Promise.all([newUser('alice'), newUser('bob')]);
    expect([await alice.isSeenAs(), await bob.isSeenAs()]).to.deep.equal(['alice', 'bob']);
  });

  it('keeps alice while she writes, and ends her session at its maximum age', async function () {
    this.timeout(60_000);
    const alice = await newUser('alice');
    const { answer, afterMs, allowed } = await untilRefused(
      () => alice.call('/notes', 'POST'),
      150,
    );
    expect(JSON.parse(answer.body)).to.include({ status: 401, reason: 'absolute_timeout' });
    expect(afterMs).to.be.within(ABSOLUTE_MS - 1_000, ABSOLUTE_MS + LATE_MAX_MS);
    expect(allowed).to.be.greaterThan(3);
    const page = await alice.open('/me');
    expect(page.path)
      .to.match(new RegExp(`^${login}\\?`))
      .and.include('reason=absolute_timeout');
    await alice.logIn(login, 'alice');
    expect(await alice.isSeenAs()).to.equal('alice');
  });

  it('ends silent alice, lets her log in straight away, and the old value never comes back', async function () {
    this.timeout(60_000);
    const alice = await newUser('alice');
    const { answer } = await untilRefused(passively(alice));
    expect(JSON.parse(answer.body)).to.include({ status: 401, reason: 'idle_timeout' });
    const old = alice.copy(); // a script's 401 cleared no cookie, so the login gets the old value, too
    await alice.logIn(login, 'alice');
    expect(await alice.isSeenAs()).to.equal('alice');
    expect((await alice.call('/notes', 'POST')).status).to.equal(200);
    expect(await alice.isSeenAs()).to.equal('alice');
    expect(await old.isSeenAs()).to.equal('refused: idle_timeout');
  });

  it("ends the session at alice's logout, so that the old value never comes back", async () => {
    const alice = await newUser('alice');
    const old = alice.copy();
    const page = await alice.submit(logout);
    expect(page.status).to.equal(200);
    expect(await alice.isSeenAs()).to.be.oneOf([
      'nobody',
      'refused: no_credential',
      'refused: signed_out', // where the application leaves her the old value
    ]);
    expect(await old.isSeenAs()).to.equal('refused: signed_out');
    await alice.logIn(login, 'alice');
    expect(await alice.isSeenAs()).to.equal('alice');
  });

  return () => guarded;
}
