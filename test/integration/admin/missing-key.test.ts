import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminWorld } from '../../support/admin/admin-world.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import type { KeyFile } from '../../support/files/key-file.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { eventually } from '../../support/time/eventually.ts';

const POLICIES = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;
const SUBJECT = 'ada';

describe('administration of a replica that is missing a server key', function () {
  this.timeout(60_000);
  const [common, other] = [randomBytes(32), randomBytes(32)];
  let redis: RedisServer;
  let keyFiles: readonly [KeyFile, KeyFile];
  let whole: AdminWorld;
  let lacking: AdminWorld;
  const credential = randomBytes(16).toString('hex');

  before(async function () {
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    keyFiles = [await writeKeyFile([common]), await writeKeyFile([other])];
    const start = (keys: KeyFile, waitUntilReady: boolean): Promise<AdminWorld> =>
      startAdminWorld({
        policies: POLICIES,
        store: redis.url,
        flags: [`--key-file=${keys.path}`],
        curfew: { waitUntilReady },
      });
    whole = await start(keyFiles[0], true);
    lacking = await start(keyFiles[1], false);
    const body = { source: 'web', credential, subject: SUBJECT };
    expect((await whole.post('/v1/sessions', body, 'login')).status).to.equal(201);
    await eventually('its first answer', () =>
      lacking.get('/v1/policies').then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
  });
  after(async () => {
    await Promise.all([whole?.close(), lacking?.close()]);
    await Promise.all([redis?.stop(), ...(keyFiles ?? []).map((file) => file.remove())]);
  });

  const calls: readonly (readonly [what: string, () => ReturnType<AdminWorld['get']>])[] = [
    ['lock a subject', () => lacking.post('/v1/subjects/lock', { subject: SUBJECT })],
    ['unlock it', () => lacking.post('/v1/subjects/unlock', { subject: SUBJECT })],
    ['end its sessions', () => lacking.post('/v1/sessions/end', { subject: SUBJECT })],
    ['show it', () => lacking.get(`/v1/subjects?subject=${SUBJECT}`)],
    ['list its sessions', () => lacking.get(`/v1/sessions?subject=${SUBJECT}`)],
  ];
  for (const [what, call] of calls) {
    // It would find none of the sessions that are noted under that key, and call that success.
    it(`refuses to ${what}`, async () => {
      const { status, json, body } = await call();
      expect([status, json['code']], body).to.deep.equal([503, 'keys_incomplete']);
    });
  }

  it('has ended nothing, and ends all once it has the key', async () => {
    expect(await whole.visit(credential)).to.equal('ok');
    await keyFiles[1].publish([common, other]);
    await eventually(
      'the lock',
      async () => (await lacking.post('/v1/subjects/lock', { subject: SUBJECT })).status === 200,
      20_000,
    );
    expect(await whole.visit(credential)).to.equal('subject_locked');
  });
});
