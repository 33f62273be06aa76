import { expect } from 'chai';
import { createCheckHandler } from '../../../src/authz/check-handler.ts';
import type { CheckHandler } from '../../../src/authz/check-call.ts';
import type { CheckObservation } from '../../../src/authz/check-observer.ts';
import { createServerNames } from '../../../src/keys/server-names.ts';
import type { SubjectKey } from '../../../src/session/subject-key.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { endSubject } from '../../../src/store/subjects/end-subject.ts';
import type { EndSubjectRequest } from '../../../src/store/subjects/end-subject.ts';
import { askHandler } from '../../support/decision/ask-handler.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { factsOf } from '../../support/requests/judged-request.ts';
import {
  announceAbilities,
  openAsCurfew,
  openRedisWorld,
  startGuardedRedis,
} from '../../support/store/store-world.ts';
import type { RedisWorld } from '../../support/store/store-world.ts';
import { load } from '../../unit/policy/policies-of.ts';

const REPLICAS = 3;
const OPENINGS = 200;
const DAY_MS = 86_400_000;
/** A busy machine must not look like a store that is down. */
const PATIENCE = { commandTimeoutMs: 10_000 };

const POLICIES = load(`
version: 1
openings: { per_second: 100000, burst: 100000 }
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d,
      subject: { header: x-user, trusted: true } }
  - { name: api, jwt: { issuer: i, audience: a, verified_by: envoy, cookie: jwt, per_login: true,
      subject_claim: sub }, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`);
const NAMES = createServerNames([Buffer.from('a server key')]);

describe('a subject whose sessions end while they open on three replicas', function () {
  this.timeout(120_000);
  let server: RedisServer | undefined;
  let world: RedisWorld;
  let opened: OpenedStore[] = [];
  let replicas: CheckHandler[] = [];
  let observations: CheckObservation[] = [];
  let round = 0;

  before(async function () {
    await redisServerOrSkip(this);
    const redis = await startGuardedRedis();
    server = redis;
    world = await openRedisWorld(redis, PATIENCE);
    opened = await Promise.all(
      Array.from({ length: REPLICAS }, async () => openAsCurfew(redis, PATIENCE)),
    );
    await Promise.all(opened.map(announceAbilities));
    replicas = opened.map(replicaOver);
  });
  after(async () => {
    await Promise.all(opened.map(async (each) => each.close()));
    await world?.close();
    await server?.stop();
  });
  beforeEach(() => {
    round += 1;
    observations = [];
  });

  function replicaOver({ store, directory }: OpenedStore): CheckHandler {
    return createCheckHandler({
      policies: () => POLICIES,
      namesOf: NAMES.session,
      subjectNamesOf: NAMES.subject,
      whyKeysIncomplete: () => undefined,
      hash: (text) => text,
      tokens: { verify: () => ({ kind: 'invalid', cause: 'unknown_key' }) },
      store,
      directory,
      areSubjectsNoted: () => true,
      observer: { checked: (seen) => observations.push(seen) },
      clock: { monotonicMs: () => performance.now(), wallMs: Date.now },
      inFlightMax: 10_000,
      decisionBudgetMs: 20_000,
    });
  }

  const subject = (): SubjectKey => NAMES.subject(`user ${round}`).key;
  const end = async (how: Partial<EndSubjectRequest> = {}) => {
    const { store, directory } = world;
    const request = { subjects: [subject()], by: 'revoked', retentionMs: DAY_MS, ...how } as const;
    return endSubject({ store, directory }, request);
  };
  const ask = async (place: number, facts: Parameters<typeof factsOf>[0]): Promise<void> => {
    const replica = replicas[place % REPLICAS];
    if (replica === undefined) throw new Error('no replica');
    await askHandler(replica, factsOf({ path: '/', ...facts }));
  };
  const byCookie = (place: number, n: number) =>
    ask(place, { headers: { cookie: `sid=s${round}-${n}`, 'x-user': `user ${round}` } });
  const byToken = (place: number, n: number, loginAtMs: number) =>
    ask(place, {
      jwtMetadata: {
        payload: {
          iss: 'i',
          aud: 'a',
          sid: `s${round}-${n}`,
          sub: `user ${round}`,
          auth_time: Math.floor(loginAtMs / 1000),
        },
      },
    });
  /** Each on all replicas at once, and the end in the midst of them. */
  async function openAndEnd(
    open: (place: number, n: number) => Promise<void>,
    how?: Partial<EndSubjectRequest>,
  ): Promise<number> {
    const numbers = Array.from({ length: OPENINGS }, (_, n) => n);
    const [first, rest] = [numbers.slice(0, OPENINGS / 2), numbers.slice(OPENINGS / 2)];
    const openAll = (some: readonly number[]) =>
      some.flatMap((n) => Array.from({ length: REPLICAS }, async (_, place) => open(place, n)));
    const before = openAll(first);
    await before[0];
    const [{ startedAtMs }] = await Promise.all([end(how), ...before, ...openAll(rest)]);
    return startedAtMs;
  }
  const recordOf = async (source: string, credential: string) =>
    (await world.directory.describe(NAMES.session(source, credential).key))?.record;
  const indexed = async (): Promise<readonly string[]> => {
    const { entries } = await world.directory.subjectSessions(subject(), { limit: 1_000 });
    return entries.map(({ key }) => key);
  };

  it('keeps none of those whose login is older, whoever was first', async () => {
    const loginAtMs = Date.now() - 60_000;
    await openAndEnd((place, n) => byToken(place, n, loginAtMs));
    const reasons = new Set(observations.map(({ reason }) => reason));
    expect([...reasons]).to.have.members(['ok', 'revoked']);
    observations = [];
    for (let n = 0; n < OPENINGS; n += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await byToken(n, n, loginAtMs);
    }
    expect(observations.filter(({ reason }) => reason !== 'revoked')).to.deep.equal([]);
    expect(await indexed()).to.deep.equal([]);
  });

  it('keeps only those that entered after the end, and the index has exactly these', async () => {
    const endedAtMs = await openAndEnd(byCookie);
    const live: string[] = [];
    for (let n = 0; n < OPENINGS; n += 1) {
      const credential = `s${round}-${n}`;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const record = await recordOf('web', credential);
      if (record?.kind !== 'live') continue;
      expect(record.startedAtMs).to.be.at.least(endedAtMs);
      live.push(NAMES.session('web', credential).key);
    }
    expect(live.length).to.be.below(OPENINGS);
    expect(await indexed()).to.have.members(live);
  });

  it('keeps none, and opens none, while it is locked', async () => {
    await openAndEnd(byCookie, { by: 'subject_locked', lock: { lastsMs: 'forever' } });
    observations = [];
    for (let n = 0; n < OPENINGS; n += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await byCookie(n, n);
    }
    expect(observations.filter(({ reason }) => reason !== 'subject_locked')).to.deep.equal([]);
    expect(await indexed()).to.deep.equal([]);
  });

  it('of two that are named at once is the first, and only its index has the session', async () => {
    for (let n = 0; n < 30; n += 1) {
      const cookie = `sid=s${round}-${n}`;
      const users = [`user ${round} a`, `user ${round} b`];
      // oxlint-disable-next-line no-await-in-loop -- one session after the other
      await ask(n, { headers: { cookie } });
      // oxlint-disable-next-line no-await-in-loop -- one session after the other
      await Promise.all(
        users.map(async (user, place) => ask(place, { headers: { cookie, 'x-user': user } })),
      );
      const { key } = NAMES.session('web', `s${round}-${n}`);
      // oxlint-disable-next-line no-await-in-loop -- one session after the other
      const record = await recordOf('web', `s${round}-${n}`);
      for (const user of users) {
        const { key: owner } = NAMES.subject(user);
        // oxlint-disable-next-line no-await-in-loop -- one session after the other
        const { entries } = await world.directory.subjectSessions(owner, { limit: 100 });
        const isIndexed = entries.some((entry) => entry.key === key);
        expect(isIndexed).to.equal(record?.subject === owner);
      }
    }
  });

  it('is noted later where Redis is full, and sessions go on meanwhile', async () => {
    const sid = `s${round}`;
    await ask(0, { headers: { cookie: `sid=${sid}` } });
    const named = async () =>
      ask(0, { headers: { cookie: `sid=${sid}`, 'x-user': `user ${round}` } });
    await world.admin.config('SET', 'maxmemory', '1');
    try {
      await named();
    } finally {
      await world.admin.config('SET', 'maxmemory', '0');
    }
    expect(observations.at(-1)).to.include({ reason: 'ok' });
    expect(await recordOf('web', sid)).to.include({ subject: undefined });
    await named();
    expect(await recordOf('web', sid)).to.include({ subject: subject() });
  });

  it('loses sessions that requests name for the first time meanwhile', async () => {
    const anonymous = Array.from({ length: OPENINGS }, async (_, n) =>
      ask(n, { headers: { cookie: `sid=s${round}-${n}` } }),
    );
    await Promise.all(anonymous);
    await openAndEnd(byCookie);
    observations = [];
    for (let n = 0; n < OPENINGS; n += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await byCookie(n, n);
    }
    expect(observations.filter(({ reason }) => reason !== 'revoked')).to.deep.equal([]);
  });
});
