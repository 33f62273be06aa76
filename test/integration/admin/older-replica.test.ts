import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { guardedStore } from '../../support/admin/guarded-store.ts';
import type { GuardedStore } from '../../support/admin/guarded-store.ts';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminWorld } from '../../support/admin/admin-world.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { openAdmin, startGuardedRedis } from '../../support/store/store-world.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

const fresh = (): string => randomBytes(16).toString('hex');

describe('administration while a replica of an older version runs', function () {
  this.timeout(60_000);
  let server: RedisServer;
  let store: GuardedStore;
  let world: AdminWorld;

  before(async () => {
    server = await startGuardedRedis();
    const admin = openAdmin(server);
    const now = String(Date.now());
    // As a version before subjects announces itself.
    await admin.hset('curfew:1:replicas', {
      'replica:old:key': now,
      'can:old:challenge_mark,exact_ends': now,
      settled: now,
    });
    admin.disconnect();
    store = await guardedStore();
    world = await startAdminWorld({ policies: POLICIES, ...store.flags(server.port) });
  });
  after(async () => {
    await world.close();
    await server.stop();
    await store.remove();
  });

  it('shows what it can do', async () => {
    const { json } = await world.get('/v1/status');
    const replicas = json['replicas'] as readonly { replica: string; can: string[] }[];
    const old = replicas.find(({ replica }) => replica === 'old');
    expect(old?.can).to.deep.equal(['challenge_mark', 'exact_ends']);
  });

  it('registers no subject and no own limits, which the older one would ignore', async () => {
    for (const more of [{ subject: 'ada' }, { idle: '5m' }, { absolute: '1h' }]) {
      const body = { source: 'web', credential: fresh(), ...more };
      // oxlint-disable-next-line no-await-in-loop
      const answer = await world.post('/v1/sessions', body, 'login');
      expect(answer.json).to.include({ status: 503, code: 'upgrade_in_progress' });
      expect(answer.headers['retry-after']).to.equal('1');
    }
    const plain = { source: 'web', credential: fresh() };
    expect((await world.post('/v1/sessions', plain, 'login')).status).to.equal(201);
  });

  it('answers ends and locks with 202, and says why', async () => {
    const cookie = fresh();
    await world.visit(cookie);
    const ended = await world.post('/v1/sessions/end', { source: 'web', credential: cookie });
    expect(ended.status).to.equal(202);
    expect(ended.json['not_yet']).to.include('all_replicas');
    expect(await world.visit(cookie)).to.equal('revoked');
    const locked = await world.post('/v1/subjects/lock', { subject: 'ada' });
    expect(locked.status).to.equal(202);
    expect(locked.json['not_yet']).to.include('all_replicas');
  });
});
