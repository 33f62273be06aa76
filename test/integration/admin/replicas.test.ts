import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminWorld } from '../../support/admin/admin-world.ts';
import { guardedStore } from '../../support/admin/guarded-store.ts';
import type { GuardedStore } from '../../support/admin/guarded-store.ts';
import { startReplicatedRedis } from '../../support/redis/replicated-redis.ts';
import type { ReplicatedRedis } from '../../support/redis/replicated-redis.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;
const REPLICAS = 3;
const OPENINGS = 200;
const VISITS_AT_ONCE = 9;

const fresh = (): string => randomBytes(16).toString('hex');

/** Hundreds of requests at once may take long on a busy machine. */
function roomy(given: ReturnType<GuardedStore['flags']>) {
  return { ...given, flags: [...(given.flags ?? []), '--decision-budget=5s'] };
}

describe('administration of three replicas, on a Redis with a replica', function () {
  this.timeout(60_000);
  let redis: ReplicatedRedis;
  let store: GuardedStore;
  let worlds: AdminWorld[];

  before(async () => {
    redis = await startReplicatedRedis(1);
    store = await guardedStore();
    worlds = [];
    for (let i = 0; i < REPLICAS; i += 1) {
      // oxlint-disable-next-line no-await-in-loop -- a busy machine starts one faster than three
      worlds.push(await startAdminWorld({ policies: POLICIES, ...roomy(store.flags(redis.port)) }));
    }
  });
  after(async () => {
    await Promise.all(worlds.map((world) => world.close()));
    await redis.close();
    await store.remove();
  });

  const replica = (i: number): AdminWorld => {
    const world = worlds[i % REPLICAS];
    if (world === undefined) throw new Error('no such replica');
    return world;
  };
  const register = (i: number, subject: string, credential: string) =>
    replica(i).post('/v1/sessions', { source: 'web', credential, subject }, 'login');
  /** What a replica says to a request with each of these cookies, a few at a time. */
  const verdictsOn = async (cookies: readonly string[]): Promise<readonly string[]> => {
    const verdicts: string[] = [];
    for (let i = 0; i < cookies.length; i += VISITS_AT_ONCE) {
      const some = cookies.slice(i, i + VISITS_AT_ONCE);
      // oxlint-disable-next-line no-await-in-loop -- a busy machine cannot answer all at once
      verdicts.push(...(await Promise.all(some.map((cookie, k) => replica(k).visit(cookie)))));
    }
    return verdicts;
  };
  /** What each replica says to a request with this cookie. */
  const everywhere = (cookie: string) => Promise.all(worlds.map((world) => world.visit(cookie)));

  it('refuses the next check on every one of them, and says that the end is durable', async () => {
    const cookie = fresh();
    expect(await everywhere(cookie)).to.deep.equal(['ok', 'ok', 'ok']);
    const { status, json } = await replica(0).post('/v1/sessions/end', {
      source: 'web',
      credential: cookie,
    });
    expect(status).to.equal(200);
    expect(json).to.include({ ended: 1, durable: true, enforced_within: '1s' });
    expect(await everywhere(cookie)).to.deep.equal(['revoked', 'revoked', 'revoked']);
  });

  it('takes the cursors and previews of another replica', async () => {
    const subject = `ada-${fresh()}`;
    for (let i = 0; i < 4; i += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await register(i, subject, fresh());
    }
    const query = `/v1/sessions?subject=${subject}&limit=2`;
    const { json: page } = await replica(0).get(query);
    const next = await replica(1).get(`${query}&cursor=${String(page['cursor'])}`);
    expect(next.status).to.equal(200);
    const { json: dry } = await replica(1).post('/v1/sessions/end', { subject, dry_run: true });
    const ended = await replica(2).post('/v1/sessions/end', { subject, confirm: dry['preview'] });
    expect(ended.json).to.include({ ended: 4, durable: true });
  });

  it('lets no session live of a subject that is locked while it logs in on all of them', async () => {
    const subject = `leo-${fresh()}`;
    const cookies = Array.from({ length: OPENINGS }, fresh);
    const statuses: number[] = [];
    let lock: Promise<unknown> | undefined;
    let next = 0;
    const logIn = async (): Promise<void> => {
      for (let i = next++; i < OPENINGS; i = next++) {
        // In the midst of them, on one replica.
        if (i === OPENINGS / 2) lock = replica(1).post('/v1/subjects/lock', { subject });
        // oxlint-disable-next-line no-await-in-loop -- many of these run at once
        statuses.push((await register(i, subject, cookies[i] ?? '')).status);
      }
    };
    await Promise.all(Array.from({ length: 30 }, logIn));
    await lock;
    expect(new Set(statuses)).to.deep.equal(new Set([201, 409]));
    const verdicts = await verdictsOn(cookies);
    expect(verdicts.filter((verdict) => verdict !== 'subject_locked')).to.deep.equal([]);
    const { json } = await replica(2).get(`/v1/subjects?subject=${subject}`);
    expect(json).to.include({ sessions: 0 });
  });

  it('ends every session that was answered before an end of the subject began', async () => {
    const subject = `eve-${fresh()}`;
    const before = Array.from({ length: OPENINGS / 2 }, fresh);
    const during = Array.from({ length: OPENINGS / 2 }, fresh);
    await Promise.all(before.map((cookie, i) => register(i, subject, cookie)));
    const { json: dry } = await replica(0).post('/v1/sessions/end', { subject, dry_run: true });
    expect(dry).to.include({ count: OPENINGS / 2 });
    const logins = during.map((cookie, i) => register(i, subject, cookie));
    const confirm = dry['preview'];
    const { status, json } = await replica(1).post('/v1/sessions/end', { subject, confirm });
    expect(status).to.equal(200);
    expect(json).to.include({ ended: OPENINGS / 2 });
    expect(new Set((await Promise.all(logins)).map((answer) => answer.status))).to.deep.equal(
      new Set([201]),
    );
    const verdicts = await verdictsOn(before);
    expect(new Set(verdicts)).to.deep.equal(new Set(['revoked']));
    const later = await verdictsOn(during);
    expect(new Set(later)).to.deep.equal(new Set(['ok']));
  });

  it('names all of them, what they can do, and how many sessions live', async () => {
    const { json } = await replica(0).get('/v1/status');
    const replicas = json['replicas'] as readonly Readonly<Record<string, unknown>>[];
    expect(replicas).to.have.lengthOf(REPLICAS);
    for (const one of replicas) expect(one['can']).to.include('subjects');
    expect(json['store']).to.include({ answers: true });
    expect(json['sessions']).to.have.property('web');
  });

  it('answers 202 while the replica of the store does not confirm', async () => {
    const cookie = fresh();
    await replica(0).visit(cookie);
    redis.cutLink();
    const body = { source: 'web', credential: cookie };
    const { status, json } = await replica(0).post('/v1/sessions/end', body);
    expect(status).to.equal(202);
    expect(json).to.deep.include({ ended: 1, durable: false, not_yet: ['durable'] });
    expect(await everywhere(cookie)).to.deep.equal(['revoked', 'revoked', 'revoked']);
    const again = await replica(1).post('/v1/sessions/end', body);
    expect(again.status).to.equal(202);
    expect(again.json).to.include({ ended: 0 });
  });
});
