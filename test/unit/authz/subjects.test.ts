import { expect } from 'chai';
import type { EndSubjectRequest } from '../../../src/store/subjects/end-subject.ts';
import { endSubject } from '../../../src/store/subjects/end-subject.ts';
import type { SubjectKey } from '../../../src/session/subject-key.ts';
import { DecisionPath, namesOf } from '../../support/decision/decision-path.ts';
import { subjectNamesOf } from '../../support/decision/subject-names.ts';
import { factsOf } from '../../support/requests/judged-request.ts';
import type { Headers } from '../../support/requests/judged-request.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const policyFile = (top = ''): string => `
version: 1
${top}
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s,
      subject: { header: x-user, trusted: true } }
  - { name: api, jwt: { issuer: i, audience: a, verified_by: envoy, cookie: jwt, per_login: true,
      subject_claim: sub }, credential_lifetime: 30d }
  - { name: plain, header: x-plain, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: watched, match: [{ path: /watched }], mode: observe, idle: 1h, absolute: 12h }
  - { name: guests, match: [{ path: /guests }], session: optional, idle: 1h, absolute: 12h }
  - { name: default, idle: 1h, absolute: 12h }
`;

describe('the subject of a session', () => {
  let path: DecisionPath;
  beforeEach(() => (path = new DecisionPath(policyFile())));

  const asked = async (headers: Headers, target = '/') =>
    path.check(factsOf({ path: target, headers }));
  const as = async (subject: string, sid = 'abc', target = '/'): Promise<string> =>
    (await asked({ cookie: `sid=${sid}`, 'x-user': subject }, target)).observation.reason;
  const anonymously = async (sid = 'abc'): Promise<string> =>
    (await asked({ cookie: `sid=${sid}` })).observation.reason;
  const record = async (sid = 'abc') =>
    (await path.store.directory.describe(namesOf('web', sid).key))?.record;
  const keyOf = (subject: string): SubjectKey => subjectNamesOf(subject).key;
  const indexOf = async (subject: SubjectKey): Promise<readonly string[]> => {
    const { entries } = await path.store.directory.subjectSessions(subject, { limit: 10 });
    return entries.map(({ key }) => key);
  };
  const end = async (how: Partial<EndSubjectRequest> = {}) => {
    const { store } = path;
    const { key, olderKeys } = subjectNamesOf('alice');
    const subjects = [key, ...olderKeys()];
    return endSubject(
      { store, directory: store.directory },
      { subjects, by: 'revoked', retentionMs: DAY_MS, ...how },
    );
  };
  const lock = async (subjects?: readonly SubjectKey[]) =>
    end({
      by: 'subject_locked',
      lock: { lastsMs: 'forever' },
      ...(subjects === undefined ? {} : { subjects }),
    });

  it('is noted when the session opens, by its keyed hash alone', async () => {
    expect(await as('alice')).to.equal('ok');
    expect(await record()).to.include({ subject: keyOf('alice'), subjectName: undefined });
    expect(await indexOf(keyOf('alice'))).to.deep.equal([namesOf('web', 'abc').key]);
  });

  it('is also noted in clear with subject_names: clear', async () => {
    path = new DecisionPath(policyFile('subject_names: clear'));
    await as('alice');
    expect(await record()).to.include({ subject: keyOf('alice'), subjectName: 'alice' });
    await anonymously('later');
    await as('alice', 'later');
    expect(await record('later')).to.include({ subjectName: 'alice' });
  });

  it('is noted with the first request that names one', async () => {
    await anonymously();
    expect(await record()).to.include({ subject: undefined });
    expect(await as('alice')).to.equal('ok');
    expect(await record()).to.include({ subject: keyOf('alice') });
    expect(await indexOf(keyOf('alice'))).to.deep.equal([namesOf('web', 'abc').key]);
  });

  it('stays the first one; a later, different one is counted and changes nothing', async () => {
    await as('alice');
    const { observation } = await asked({ cookie: 'sid=abc', 'x-user': 'bob' });
    expect(observation).to.include({ reason: 'ok', subjectFault: 'other' });
    expect(await record()).to.include({ subject: keyOf('alice') });
    expect(await indexOf(keyOf('bob'))).to.deep.equal([]);
    expect(await path.metrics()).to.include(
      'curfew_subjects_ignored_total{source="web",cause="other"} 1',
    );
    const line = path.logLines.find((each) => each.includes('subject_ignored'));
    expect(line).to.include('"cause":"other"').and.not.include('bob');
  });

  it('is reported once as another one, not with each request', async () => {
    await as('alice');
    await as('bob');
    const { observation } = await asked({ cookie: 'sid=abc', 'x-user': 'bob' });
    expect(observation.subjectFault).to.equal(undefined);
  });

  it('is nobody for a header that is no name, which is counted', async () => {
    const headers = [
      { name: 'cookie', value: 'sid=abc' },
      { name: 'x-user', value: 'alice' },
      { name: 'x-user', value: 'bob' },
    ];
    const { observation } = await path.check(factsOf({ path: '/', headers }));
    expect(observation).to.include({ reason: 'ok', subjectFault: 'unusable' });
    expect(await record()).to.include({ subject: undefined });
  });

  it('is not asked for in a source that names none', async () => {
    await asked({ 'x-plain': 'one', 'x-user': 'alice' });
    expect(await indexOf(keyOf('alice'))).to.deep.equal([]);
  });

  it('is the same for a session that was opened under an older key', async () => {
    await path.register('web', 'abc', 'old');
    const { key } = namesOf('web', 'abc');
    const [older] = namesOf('web', 'abc').olderKeys();
    const [olderSubject] = subjectNamesOf('alice').olderKeys();
    if (older === undefined || olderSubject === undefined) throw new Error('no older key');
    expect(key).not.to.equal(older);
    await path.store.directory.attach({ key: older, subject: olderSubject });
    const { observation } = await asked({ cookie: 'sid=abc', 'x-user': 'alice' });
    expect(observation).to.include({ reason: 'ok', subjectFault: undefined });
  });

  describe('that is locked', () => {
    it('has no session any more, and none opens meanwhile', async () => {
      await as('alice');
      await lock();
      expect(await as('alice')).to.equal('subject_locked');
      expect(await as('alice', 'new')).to.equal('subject_locked');
      expect(await record('new')).to.equal(undefined);
      expect(await indexOf(keyOf('alice'))).to.deep.equal([]);
    });

    it('opens sessions again after the unlock, with the same credential', async () => {
      await lock();
      expect(await as('alice', 'new')).to.equal('subject_locked');
      for (const subject of [keyOf('alice'), ...subjectNamesOf('alice').olderKeys()]) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await path.store.directory.unlock({ subject, retentionMs: DAY_MS });
      }
      expect(await as('alice', 'new')).to.equal('ok');
    });

    it('loses a session that nobody had until a request names it', async () => {
      await anonymously();
      await lock();
      expect(await anonymously()).to.equal('ok');
      expect(await as('alice')).to.equal('subject_locked');
      expect(await anonymously()).to.equal('subject_locked');
    });

    it('is found under an older key, too', async () => {
      await lock(subjectNamesOf('alice').olderKeys());
      expect(await as('alice', 'new')).to.equal('subject_locked');
      expect(await indexOf(keyOf('alice'))).to.deep.equal([]);
      await anonymously();
      expect(await as('alice')).to.equal('subject_locked');
    });

    it('passes as nobody where sessions are optional, without the credential', async () => {
      await lock();
      const { reply, observation } = await asked(
        { cookie: 'sid=abc', 'x-user': 'alice' },
        '/guests',
      );
      expect(observation.reason).to.equal('session_absent');
      expect(reply).to.have.deep.property('requestHeadersToRemove').that.includes('cookie');
    });

    it('passes under an observing policy, with the true reason', async () => {
      await lock();
      const { reply, observation } = await asked(
        { cookie: 'sid=abc', 'x-user': 'alice' },
        '/watched',
      );
      expect(reply.kind).to.equal('allow');
      expect(observation.reason).to.equal('subject_locked');
    });

    it('is told so by a page, and not sent to a login that would not help', async () => {
      await lock();
      const headers = {
        cookie: 'sid=abc',
        'x-user': 'alice',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      };
      const { reply } = await asked(headers);
      expect(reply).to.include({ kind: 'deny', httpStatus: 401 });
      expect(reply).to.have.property('body').that.includes('locked');
    });
  });

  describe('whose sessions were ended', () => {
    const token = (sub: string, authTimeMs: number) => ({
      path: '/',
      jwtMetadata: {
        payload: { iss: 'i', aud: 'a', sid: 's', sub, auth_time: Math.floor(authTimeMs / 1000) },
      },
    });

    it('has none of them any more, and a new login opens a new one', async () => {
      await as('alice', 'one');
      await as('alice', 'two');
      await as('bob', 'three');
      path.clock.advance(1);
      expect(await end()).to.include({ ended: 2 });
      expect(await as('alice', 'one')).to.equal('revoked');
      expect(await as('alice', 'two')).to.equal('revoked');
      expect(await as('bob', 'three')).to.equal('ok');
      path.clock.advance(1);
      expect(await as('alice', 'four')).to.equal('ok');
    });

    it('opens none with a login that is older, and that login is over for good', async () => {
      const loginAtMs = path.clock.now();
      path.clock.advance(MINUTE_MS);
      await end();
      path.clock.advance(MINUTE_MS);
      const old = await path.check(factsOf(token('alice', loginAtMs)));
      expect(old.observation.reason).to.equal('revoked');
      const again = await path.check(factsOf(token('alice', loginAtMs)));
      expect(again.observation.reason).to.equal('revoked');
      const fresh = await path.check(factsOf(token('alice', path.clock.now())));
      expect(fresh.observation.reason).to.equal('ok');
    });

    it('loses a session that began before, when a request names it for the first time', async () => {
      await anonymously();
      path.clock.advance(MINUTE_MS);
      await end();
      expect(await as('alice')).to.equal('revoked');
      expect(await anonymously()).to.equal('revoked');
    });

    it('is found under an older key, too', async () => {
      await anonymously();
      path.clock.advance(MINUTE_MS);
      await end({ subjects: subjectNamesOf('alice').olderKeys() });
      expect(await as('alice')).to.equal('revoked');
    });
  });

  it('of each of several values of a cookie is judged as if it had come alone', async () => {
    await anonymously('one');
    await lock();
    const both = await asked({ cookie: 'sid=one; sid=two', 'x-user': 'alice' });
    expect(both.observation.reason).to.equal('subject_locked');
    expect(both.reply.kind).to.equal('deny');
  });

  it('is not noted while a server key is missing here, and the session goes on', async () => {
    await anonymously();
    path.whyKeysIncomplete = 'a key is missing';
    expect(await as('alice')).to.equal('ok');
    expect(await record()).to.include({ subject: undefined });
    path.whyKeysIncomplete = undefined;
    await as('alice');
    expect(await record()).to.include({ subject: keyOf('alice') });
  });

  it('is not asked for while a replica of an earlier version may run', async () => {
    await anonymously();
    path.areSubjectsNoted = false;
    expect(await as('alice')).to.equal('ok');
    expect(await record()).to.include({ subject: undefined });
    path.areSubjectsNoted = true;
    await as('alice');
    expect(await record()).to.include({ subject: keyOf('alice') });
  });

  it('is left alone by a prefetch', async () => {
    await anonymously();
    await asked({ cookie: 'sid=abc', 'x-user': 'alice', 'sec-purpose': 'prefetch' });
    expect(await record()).to.include({ subject: undefined });
  });
});
