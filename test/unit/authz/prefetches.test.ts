import { expect } from 'chai';
import { DecisionPath } from '../../support/decision/decision-path.ts';
import { factsOf } from '../../support/requests/judged-request.ts';
import type { Headers } from '../../support/requests/judged-request.ts';

const POLICIES = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 30s }
policies:
  - { name: signin, match: [{ path: /login }], session: login }
  - { name: strict, match: [{ path: /strict }], idle: 10m, absolute: 8h, on_expiry: end, login_url: 'https://login.example.com/' }
  - { name: watched, match: [{ path: /watched }], idle: 10m, absolute: 8h, mode: observe }
  - { name: default, idle: 1h, absolute: 12h }
`;
const PREFETCH: Headers = {
  'sec-purpose': 'prefetch',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

describe('a prefetch', () => {
  let path: DecisionPath;
  beforeEach(() => (path = new DecisionPath(POLICIES)));

  async function ask(target: string, headers: Headers = {}) {
    const all = { cookie: 'sid=abc', ...headers };
    const { reply, observation } = await path.check(factsOf({ path: target, headers: all }));
    return { reply, verdict: observation.verdict, reason: observation.reason };
  }
  const secondsLater = (seconds: number): void => path.clock.advance(seconds * 1_000);

  it('passes while no touch is due', async () => {
    await ask('/');
    secondsLater(29);
    expect(await ask('/next', PREFETCH)).to.include({ verdict: 'allow', reason: 'ok' });
  });

  it('is declined once a touch is due, so that the click arrives and counts', async () => {
    await ask('/');
    secondsLater(30);
    const { reply, verdict, reason } = await ask('/next', PREFETCH);
    expect({ verdict, reason }).to.deep.equal({ verdict: 'served', reason: 'prefetch_declined' });
    expect(reply).to.include({ kind: 'deny', httpStatus: 503 });
    expect(reply)
      .to.have.deep.property('headers')
      .that.deep.includes(['cache-control', 'no-store']);
  });

  it('keeps no session alive', async () => {
    await ask('/');
    secondsLater(20);
    await ask('/next', PREFETCH);
    secondsLater(10 * 60 - 20);
    expect(await ask('/strict')).to.include({ verdict: 'deny', reason: 'idle_timeout' });
  });

  it('opens no session', async () => {
    expect(await ask('/', PREFETCH)).to.include({ verdict: 'served' });
    expect(path.store.size).to.equal(0);
  });

  it('past a limit is refused, and ends nothing', async () => {
    await ask('/');
    secondsLater(10 * 60);
    const { reply, reason } = await ask('/strict', PREFETCH);
    expect(reason).to.equal('reauthentication_required');
    expect(reply.kind).to.equal('deny');
    expect(await ask('/')).to.include({ verdict: 'allow', reason: 'ok' });
  });

  it('of a login ends nothing', async () => {
    await ask('/');
    secondsLater(10 * 60);
    expect(await ask('/login', PREFETCH)).to.include({ verdict: 'allow', reason: 'ok' });
    expect(await ask('/')).to.include({ verdict: 'allow', reason: 'ok' });
  });

  it('is never declined by an observing policy', async () => {
    await ask('/');
    secondsLater(300);
    expect(await ask('/watched', PREFETCH)).to.include({ verdict: 'allow', reason: 'ok' });
  });
});
