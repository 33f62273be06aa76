import { expect } from 'chai';
import type { CheckReply } from '../../../src/authz/check-call.ts';
import { DecisionPath } from '../../support/decision/decision-path.ts';
import { factsOf } from '../../support/requests/judged-request.ts';
import type { Headers } from '../../support/requests/judged-request.ts';

const POLICIES = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
  - { name: key, header: x-key, opening: registered }
policies:
  - { name: signin, match: [{ path: /login }], session: login }
  - { name: watched-signin, match: [{ path: /watched/login }], session: login, mode: observe }
  - { name: sensitive, match: [{ path: /pay }], idle: 5m, absolute: 8h, on_expiry: challenge }
  - { name: strict, match: [{ path: /strict }], idle: 10m, absolute: 8h, on_expiry: end }
  - { name: default, idle: 1h, absolute: 12h }
`;
const MINUTE_MS = 60_000;
const PAGE: Headers = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const COOKIES: Headers = { cookie: 'sid=abc; theme=dark' };

interface Asked {
  readonly reply: CheckReply;
  readonly reason: string;
  /** The cookies that the application gets: as sent, changed, or none. */
  readonly cookies: string | undefined;
}

describe('a page or call of a login', () => {
  let path: DecisionPath;
  beforeEach(() => (path = new DecisionPath(POLICIES)));

  async function ask(
    target: string,
    headers: Headers = {},
    method: string = 'GET',
  ): Promise<Asked> {
    const all = { ...COOKIES, ...headers };
    const { reply, observation } = await path.check(
      factsOf({ path: target, method, headers: all }),
    );
    return { reply, reason: observation.reason, cookies: cookiesOf(reply, all['cookie']) };
  }
  const minutesLater = (minutes: number): void => path.clock.advance(minutes * MINUTE_MS);

  it('opens no session, and leaves an unknown credential on the request', async () => {
    const { reason, cookies } = await ask('/login', PAGE);
    expect(reason).to.equal('session_absent');
    expect(cookies).to.equal('sid=abc; theme=dark');
    expect(path.store.size).to.equal(0);
  });

  it('passes without any credential', async () => {
    const { reply, reason } = await ask('/login', { ...PAGE, cookie: 'theme=dark' });
    expect(reply.kind).to.equal('allow');
    expect(reason).to.equal('session_absent');
  });

  it('leaves a live session as it is, and is not activity', async () => {
    await ask('/');
    minutesLater(8);
    const { reason, cookies } = await ask('/login', {}, 'POST');
    expect(reason).to.equal('ok');
    expect(cookies).to.equal('sid=abc; theme=dark');
    minutesLater(2);
    expect((await ask('/strict')).reason).to.equal('idle_timeout');
  });

  it('removes the credential of an ended session, so that the application begins a new one', async () => {
    await ask('/strict');
    minutesLater(10);
    expect((await ask('/strict')).reason).to.equal('idle_timeout');
    const { reason, cookies } = await ask('/login');
    expect(reason).to.equal('session_absent');
    expect(cookies).to.equal('theme=dark');
  });

  for (const [what, headers, method] of [
    ['opened by a person', PAGE, 'GET'],
    ['that changes something', {}, 'POST'],
  ] as const) {
    it(`ends a session that is over for a policy that ends sessions, when it is one ${what}`, async () => {
      await ask('/');
      minutesLater(10);
      expect((await ask('/login', headers, method)).cookies).to.equal('theme=dark');
      expect((await ask('/')).reason).to.equal('idle_timeout');
    });
  }

  it('leaves such a session to its other policies when a background request asks', async () => {
    await ask('/');
    minutesLater(10);
    expect((await ask('/login')).cookies).to.equal('sid=abc; theme=dark');
    expect((await ask('/')).reason).to.equal('ok');
  });

  it('removes the credential that a policy has challenged, so that the login can mend it', async () => {
    await ask('/');
    minutesLater(6);
    expect((await ask('/pay')).reason).to.equal('reauthentication_required');
    expect((await ask('/login', PAGE)).cookies).to.equal('theme=dark');
    // Only looking at the page of the login ends nothing.
    expect((await ask('/')).reason).to.equal('ok');
  });

  it('signs the old session out when the login of a challenge is sent', async () => {
    await ask('/');
    minutesLater(6);
    await ask('/pay');
    expect((await ask('/login', { 'sec-fetch-site': 'same-origin' }, 'POST')).cookies).to.equal(
      'theme=dark',
    );
    expect((await ask('/')).reason).to.equal('signed_out');
  });

  it('lets no other site sign a user out', async () => {
    await ask('/');
    minutesLater(6);
    await ask('/pay');
    await ask('/login', { 'sec-fetch-site': 'cross-site' }, 'POST');
    expect((await ask('/')).reason).to.equal('ok');
  });

  it('removes a malformed credential, and two that contradict each other', async () => {
    expect((await ask('/login', { cookie: 'sid=a"b; theme=dark' })).cookies).to.equal('theme=dark');
    const both = await ask('/login', { 'x-key': 'one' });
    expect(both.reason).to.equal('session_absent');
    expect(both.cookies).to.equal('theme=dark');
  });

  it('ends and removes nothing under an observing policy', async () => {
    await ask('/strict');
    minutesLater(10);
    await ask('/strict');
    expect((await ask('/watched/login', PAGE)).cookies).to.equal('sid=abc; theme=dark');
  });
});

function cookiesOf(reply: CheckReply, sent: string | undefined): string | undefined {
  if (reply.kind !== 'allow') return undefined;
  if (reply.requestHeadersToRemove.includes('cookie')) return undefined;
  const changed = reply.requestHeaders.find(([name]) => name === 'cookie');
  return changed === undefined ? sent : changed[1];
}
