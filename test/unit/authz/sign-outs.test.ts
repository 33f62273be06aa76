import { expect } from 'chai';
import type { CheckReply } from '../../../src/authz/check-call.ts';
import { TokenKeysUnavailable } from '../../../src/authz/check-faults.ts';
import { DecisionPath } from '../../support/decision/decision-path.ts';
import { factsOf } from '../../support/requests/judged-request.ts';
import type { Headers } from '../../support/requests/judged-request.ts';

const POLICIES = `
version: 1
openings: { per_second: 1, burst: 3 }
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
  - { name: key, header: x-key, opening: registered }
  - { name: api, jwt: { issuer: i, audience: a, verified_by: envoy, cookie: jwt, per_login: false },
      credential_lifetime: 30d }
  - { name: own, jwt: { issuer: i, audience: a, jwks_file: k, per_login: false, header: x-jwt },
      credential_lifetime: 30d }
policies:
  - { name: out, match: [{ path: /logout, methods: [POST] }], ends_session: true,
      cors_origins: ["https://shop.example.com"] }
  - { name: watched, match: [{ path: /watched/logout }], ends_session: true, mode: observe }
  - { name: spelled, match: [{ path: /Bye }], ends_session: true }
  - { name: default, idle: 5m, absolute: 12h }
`;
const MINUTE_MS = 60_000;
const COOKIES: Headers = { cookie: 'sid=abc; theme=dark' };

interface Asked {
  readonly reply: CheckReply;
  readonly reason: string;
  /** The cookies that the application gets: as sent, changed, or none. */
  readonly cookies: string | undefined;
}

describe('a request that ends sessions', () => {
  let path: DecisionPath;
  beforeEach(() => (path = new DecisionPath(POLICIES)));

  async function ask(target: string, headers: Headers = {}, method = 'GET'): Promise<Asked> {
    const all = { ...COOKIES, ...headers };
    const { reply, observation } = await path.check(
      factsOf({ path: target, method, headers: all }),
    );
    return { reply, reason: observation.reason, cookies: cookiesOf(reply, all['cookie']) };
  }
  const signOut = (headers: Headers = {}): Promise<Asked> => ask('/logout', headers, 'POST');
  const minutesLater = (minutes: number): void => path.clock.advance(minutes * MINUTE_MS);

  it('passes with its credential, and ends the session everywhere', async () => {
    await ask('/');
    expect(await signOut()).to.include({ reason: 'ok', cookies: 'sid=abc; theme=dark' });
    const next = await ask('/');
    expect(next.reply.kind).to.equal('deny');
    expect(next.reason).to.equal('signed_out');
  });

  it('ends a session whatever its limits say', async () => {
    await ask('/');
    minutesLater(60);
    expect((await signOut()).reason).to.equal('ok');
    expect((await ask('/')).reason).to.equal('signed_out');
  });

  it('passes without the credential if its session had ended before', async () => {
    await ask('/');
    await signOut();
    expect(await signOut()).to.include({ reason: 'session_absent', cookies: 'theme=dark' });
  });

  it('passes without any credential', async () => {
    const { reply, reason } = await signOut({ cookie: 'theme=dark' });
    expect(reply.kind).to.equal('allow');
    expect(reason).to.equal('session_absent');
  });

  it('leaves a tombstone for a credential that would open a session on first use', async () => {
    expect(await signOut()).to.include({ reason: 'ok', cookies: 'sid=abc; theme=dark' });
    expect((await ask('/')).reason).to.equal('signed_out');
  });

  it('spends the opening budget on such a credential, and gives no verdict beyond it', async () => {
    await ask('/', { cookie: 'sid=known' });
    await signOut({ cookie: 'sid=b1' });
    await signOut({ cookie: 'sid=b2' });
    const beyond = await signOut({ cookie: 'sid=b3' });
    expect(beyond.reply.kind).to.equal('none');
    expect(beyond.reason).to.equal('overloaded');
    // A known one needs no budget.
    expect((await signOut({ cookie: 'sid=known' })).reason).to.equal('ok');
  });

  it('writes nothing for an unknown credential of a source whose sessions are registered', async () => {
    const headers = { 'x-key': 'one', cookie: 'theme=dark' };
    expect((await signOut(headers)).reason).to.equal('session_absent');
    await path.register('key', 'one');
    expect((await ask('/', headers)).reason).to.equal('ok');
  });

  it('gives no verdict on an unknown credential while a server key may be missing, and leaves no tombstone', async () => {
    path.whyKeysIncomplete = 'a key is missing';
    const { reply } = await signOut();
    expect(reply).to.include({ kind: 'none', grpcStatus: 'UNAVAILABLE' });
    expect(path.store.size).to.equal(0);
    path.whyKeysIncomplete = undefined;
    expect((await ask('/')).reason).to.equal('ok');
  });

  it('ends a session that is known, also while a server key may be missing', async () => {
    await path.register('web', 'abc', 'old');
    path.whyKeysIncomplete = 'a key is missing';
    expect((await signOut()).reason).to.equal('ok');
    path.whyKeysIncomplete = undefined;
    expect((await ask('/')).reason).to.equal('signed_out');
  });

  it('ends a session that is stored under an older key, and leaves no second tombstone', async () => {
    await path.register('web', 'abc', 'old');
    const before = path.store.size;
    expect((await signOut()).reason).to.equal('ok');
    expect(path.store.size).to.equal(before);
    expect((await ask('/')).reason).to.equal('signed_out');
  });

  it('ends the session of each of several values of a cookie, and removes those that had ended', async () => {
    await ask('/', { cookie: 'sid=one' });
    await ask('/', { cookie: 'sid=two' });
    await signOut({ cookie: 'sid=one' });
    const both = await signOut({ cookie: 'sid=one; sid=two' });
    expect(both).to.include({ reason: 'ok', cookies: 'sid=two' });
    expect((await ask('/', { cookie: 'sid=two' })).reason).to.equal('signed_out');
  });

  it('ends the sessions of two sources that would contradict each other elsewhere', async () => {
    await ask('/');
    await path.register('key', 'one');
    expect((await signOut({ 'x-key': 'one' })).reason).to.equal('ok');
    expect((await ask('/')).reason).to.equal('signed_out');
    expect((await ask('/', { 'x-key': 'one', cookie: '' })).reason).to.equal('signed_out');
  });

  describe('with a token', () => {
    const payload = { iss: 'i', aud: 'a', sid: 's1' };
    const reasonOf = async (target: string, claims: object): Promise<string> => {
      const jwtMetadata = { payload: claims };
      const facts = factsOf({ path: target, method: 'POST', jwtMetadata });
      return (await path.check(facts)).observation.reason;
    };

    it('ends its session, and with it that of each token that is a refreshed one', async () => {
      await reasonOf('/', payload);
      expect(await reasonOf('/logout', payload)).to.equal('ok');
      expect(await reasonOf('/', { ...payload, jti: 'refreshed' })).to.equal('signed_out');
    });

    it('of which it has not seen the session leaves a tombstone', async () => {
      expect(await reasonOf('/logout', payload)).to.equal('ok');
      expect(await reasonOf('/', payload)).to.equal('signed_out');
    });

    it('that is not valid passes, and ends nothing', async () => {
      expect(await reasonOf('/logout', { ...payload, aud: 'b' })).to.equal('session_absent');
      expect(path.store.size).to.equal(0);
    });

    it('that cannot be verified now gets no verdict', async () => {
      const fault = new TokenKeysUnavailable('the keys cannot be fetched');
      path = new DecisionPath(POLICIES, { verify: () => Promise.reject(fault) });
      const token = ['{}', '{}', 's'].map((part) => Buffer.from(part).toString('base64url'));
      const signed = await signOut({ cookie: '', 'x-jwt': token.join('.') });
      expect(signed.reply.kind).to.equal('none');
      expect(signed.reason).to.equal('internal_error');
    });
  });

  it('passes with a credential that is malformed, and ends nothing', async () => {
    const cookie = 'sid=a"b; theme=dark';
    expect(await signOut({ cookie })).to.include({ reason: 'session_absent', cookies: cookie });
    expect(path.store.size).to.equal(0);
  });

  it('ends nothing that a page of another site asks for, and passes all the same', async () => {
    await ask('/');
    const other = await signOut({ 'sec-fetch-site': 'cross-site' });
    expect(other).to.include({ reason: 'ok', cookies: 'sid=abc; theme=dark' });
    expect((await ask('/')).reason).to.equal('ok');
  });

  it('removes a credential whose session had ended also where it ends nothing', async () => {
    await ask('/');
    await signOut();
    const other = await signOut({ 'sec-fetch-site': 'cross-site' });
    expect(other).to.include({ reason: 'session_absent', cookies: 'theme=dark' });
  });

  it('opens nothing and is no activity where it ends nothing', async () => {
    await signOut({ 'sec-fetch-site': 'cross-site' });
    expect(path.store.size).to.equal(0);
    await ask('/');
    minutesLater(3);
    await signOut({ 'sec-fetch-site': 'cross-site' });
    minutesLater(3);
    expect((await ask('/')).reason).to.equal('idle_timeout');
  });

  it('ends the session for a page of a listed origin', async () => {
    await ask('/');
    await signOut({ 'sec-fetch-site': 'same-site', origin: 'https://shop.example.com' });
    expect((await ask('/')).reason).to.equal('signed_out');
  });

  it('ends, opens and removes nothing under an observing policy', async () => {
    await ask('/watched/logout');
    expect(path.store.size).to.equal(0);
    await ask('/');
    expect((await ask('/watched/logout')).reason).to.equal('ok');
    expect((await ask('/')).reason).to.equal('ok');
    await signOut();
    expect((await ask('/watched/logout')).cookies).to.equal('sid=abc; theme=dark');
  });

  describe('that another policy judges, because servers read it in different ways', () => {
    const doubtful = '/x/../Logout';

    it('passes as a request of that policy, and then ends the session', async () => {
      await ask('/');
      expect((await ask(doubtful, {}, 'POST')).reason).to.equal('ok');
      expect((await ask('/')).reason).to.equal('signed_out');
    });

    it('is refused past a limit, and ends the session all the same', async () => {
      await ask('/');
      minutesLater(5);
      const asked = await signOut({ 'x-http-method-override': 'PUT' });
      expect(asked.reply.kind).to.equal('deny');
      expect(asked.reason).to.equal('reauthentication_required');
      expect((await ask('/')).reason).to.equal('signed_out');
    });

    it('opens a session for a new credential, and ends it at once', async () => {
      expect((await ask(doubtful, {}, 'POST')).reason).to.equal('ok');
      expect((await ask('/')).reason).to.equal('signed_out');
    });

    it('ends nothing for a page of another site', async () => {
      await ask('/');
      await ask(doubtful, { 'sec-fetch-site': 'cross-site' }, 'POST');
      expect((await ask('/')).reason).to.equal('ok');
    });

    it('ends the session also where the other reading alone would judge', async () => {
      await ask('/');
      expect((await ask('/logout/x%2f..', {}, 'POST')).reason).to.equal('ok');
      expect((await ask('/')).reason).to.equal('signed_out');
    });
  });
});

function cookiesOf(reply: CheckReply, sent: string | undefined): string | undefined {
  if (reply.kind !== 'allow') return undefined;
  if (reply.requestHeadersToRemove.includes('cookie')) return undefined;
  const changed = reply.requestHeaders.find(([name]) => name === 'cookie');
  return changed === undefined ? sent : changed[1];
}
