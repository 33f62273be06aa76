import { expect } from 'chai';
import { DecisionPath } from '../../support/decision/decision-path.ts';
import { factsOf } from '../../support/requests/judged-request.ts';

const POLICIES = `
version: 1
openings: { per_second: 1, burst: 4 }
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
  - { name: shop, cookie: shop, opening: registered }
policies:
  - { name: signin, match: [{ path: /login }], session: login }
  - { name: strict, match: [{ path: /strict }], idle: 10m, absolute: 8h, on_expiry: challenge }
  - { name: watched, match: [{ path: /watched }], idle: 10m, absolute: 8h, mode: observe }
  - { name: default, idle: 1h, absolute: 12h }
`;
const MINUTE_MS = 60_000;

describe('several values of one cookie', () => {
  let path: DecisionPath;
  beforeEach(() => (path = new DecisionPath(POLICIES)));

  async function ask(target: string, cookie: string, method = 'GET') {
    const { reply, observation } = await path.check(
      factsOf({ path: target, method, headers: { cookie } }),
    );
    const changed =
      reply.kind === 'allow'
        ? reply.requestHeaders.find(([name]) => name === 'cookie')?.[1]
        : undefined;
    const isRemoved = reply.kind === 'allow' && reply.requestHeadersToRemove.includes('cookie');
    const { reason, tag } = observation;
    return { reply, reason, tag, cookies: isRemoved ? '' : (changed ?? cookie) };
  }
  const minutesLater = (minutes: number): void => path.clock.advance(minutes * MINUTE_MS);
  /** Opens the session, and lets it end by its idle timeout. */
  async function ended(value: string): Promise<void> {
    await ask('/', `sid=${value}`);
    minutesLater(60);
    await ask('/', `sid=${value}`);
  }

  it('lose the one whose session has ended, and the application gets the other', async () => {
    await ended('stale');
    await ask('/', 'sid=fresh');
    const { reason, cookies } = await ask('/', 'a=1; sid=stale; b=2; sid=fresh');
    expect(reason).to.equal('ok');
    expect(cookies).to.equal('a=1; b=2; sid=fresh');
  });

  it('lose the one that is at a limit of this policy, which ends nothing', async () => {
    await ask('/', 'sid=old');
    minutesLater(10);
    await ask('/', 'sid=fresh');
    const { reason, cookies } = await ask('/strict', 'sid=old; sid=fresh');
    expect(reason).to.equal('ok');
    expect(cookies).to.equal('sid=fresh');
    expect((await ask('/', 'sid=old')).reason).to.equal('ok');
  });

  it('all stay where each would be allowed alone, and each counts as active', async () => {
    await ask('/', 'sid=one');
    await ask('/', 'sid=two');
    minutesLater(59);
    const { cookies } = await ask('/', 'sid=one; sid=two');
    expect(cookies).to.equal('sid=one; sid=two');
    minutesLater(59);
    expect((await ask('/', 'sid=one')).reason).to.equal('ok');
    expect((await ask('/', 'sid=two')).reason).to.equal('ok');
  });

  it('show the least of their remaining times, and the name of the one active last', async () => {
    await ask('/', 'sid=one');
    minutesLater(30);
    const { tag } = await ask('/', 'sid=two');
    const { reply, tag: named } = await ask('/watched', 'sid=one; sid=two');
    expect(named).to.equal(tag);
    const { reply: both } = await ask('/', 'sid=one; sid=two');
    expect(reply.kind).to.equal('allow');
    expect(both).to.have.nested.property('metadata.absolute_remaining_s', 12 * 3600 - 30 * 60);
  });

  it('open a session each where they are new, and each spends the budget of openings', async () => {
    expect((await ask('/', 'sid=a; sid=b; sid=c; sid=d')).reason).to.equal('ok');
    expect(path.store.size).to.equal(4);
    expect(await path.metrics()).to.include('curfew_sessions_opened_total{source="web"} 4\n');
    expect(path.logLines.filter((line) => line.includes('"session_opened"'))).to.have.lengthOf(4);
    expect((await ask('/', 'sid=e; sid=f')).reason).to.equal('overloaded');
  });

  it('are refused by the one that was active last if none is left', async () => {
    await ended('first');
    minutesLater(1);
    await ask('/', 'sid=second');
    minutesLater(60);
    const { reply, reason } = await ask('/', 'sid=first; sid=second');
    expect(reply.kind).to.equal('deny');
    expect(reason).to.equal('idle_timeout');
    // As if it had come alone: the session is over from now on.
    expect((await ask('/login', 'sid=second')).cookies).to.equal('');
  });

  it('that no login service has registered do not reach the application', async () => {
    await path.register('shop', 'known');
    const { reason, cookies } = await ask('/', 'shop=junk; shop=known');
    expect(reason).to.equal('ok');
    expect(cookies).to.equal('shop=known');
  });

  it('all stay under an observing policy', async () => {
    await ended('stale');
    const { reply, cookies } = await ask('/watched', 'sid=stale; sid=fresh');
    expect(reply.kind).to.equal('allow');
    expect(cookies).to.equal('sid=stale; sid=fresh');
  });

  it('come to a login without those that have ended', async () => {
    await ended('stale');
    await ask('/', 'sid=fresh');
    const { reason, cookies } = await ask('/login', 'sid=stale; sid=fresh; sid=new');
    expect(reason).to.equal('ok');
    expect(cookies).to.equal('sid=fresh; sid=new');
  });

  it('are ambiguous beyond four', async () => {
    const five = [1, 2, 3, 4, 5].map((n) => `sid=${n}`).join('; ');
    expect((await ask('/', five)).reason).to.equal('ambiguous_credential');
  });
});
