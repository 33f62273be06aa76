import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { startAdminWorld } from '../../support/admin/admin-world.ts';
import type { AdminWorld } from '../../support/admin/admin-world.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import type { KeyFile } from '../../support/files/key-file.ts';
import { keyFingerprint } from '../../../src/keys/session-names.ts';
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
const HOUR_MS = 3_600_000;
const fresh = (): string => randomBytes(16).toString('hex');

describe('administration after a server key was replaced', function () {
  this.timeout(60_000);
  const [older, newer] = [randomBytes(32), randomBytes(32)];
  let redis: RedisServer;
  let keys: KeyFile;
  let world: AdminWorld;
  const [neverSeen, cysFirst] = [fresh(), fresh()];

  const register = (subject: string, credential = fresh(), more: object = {}) =>
    world.post('/v1/sessions', { source: 'web', credential, subject, ...more }, 'login');
  const longAgo = new Date(Date.now() - HOUR_MS).toISOString();

  before(async function () {
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    keys = await writeKeyFile([older]);
    const flags = [`--key-file=${keys.path}`, '--decision-budget=1500ms'];
    world = await startAdminWorld({ policies: POLICIES, store: redis.url, flags });
    // What is noted under the older key.
    expect((await world.post('/v1/subjects/lock', { subject: 'ada' })).status).to.equal(200);
    expect((await world.post('/v1/sessions/end', { subject: 'bob' })).status).to.equal(200);
    expect((await register('cy', cysFirst)).status).to.equal(201);
    const end = { source: 'web', credential: neverSeen };
    expect((await world.post('/v1/sessions/end', end)).json['was_unknown']).to.equal(true);
    await keys.publish([newer, older]);
    const written = `fingerprint="${keyFingerprint(newer)}",use="writes"} 1`;
    const isWritten = async () => (await world.curfew.metrics()).includes(written);
    await eventually('writing with the newer key', isWritten, 30_000);
  });
  after(async () => {
    await world?.close();
    await Promise.all([redis?.stop(), keys?.remove()]);
  });

  it('keeps a lock, until it is lifted', async () => {
    const { json } = await world.get('/v1/subjects?subject=ada');
    expect(json['subject']).to.include({ locked: true });
    expect((await register('ada')).json['code']).to.equal('subject_locked');
    expect((await world.post('/v1/subjects/unlock', { subject: 'ada' })).status).to.equal(200);
    expect((await register('ada')).status).to.equal(201);
  });

  it('refuses a login that is older than an end of its subject', async () => {
    const refused = await register('bob', fresh(), { started_at: longAgo });
    expect([refused.status, refused.json['code']]).to.deep.equal([409, 'session_ended']);
    expect((await register('bob')).status).to.equal(201);
  });

  it('lists and ends the sessions that opened before and after', async () => {
    const after = fresh();
    expect((await register('cy', after)).status).to.equal(201);
    const { json } = await world.get('/v1/sessions?subject=cy');
    expect(json['sessions']).to.have.length(2);
    const selection = { subject: 'cy' };
    const preview = await world.post('/v1/sessions/end', { ...selection, dry_run: true });
    expect(preview.json['count']).to.equal(2);
    const confirm = preview.json['preview'];
    const ended = await world.post('/v1/sessions/end', { ...selection, confirm });
    expect([ended.status, ended.json['ended']], ended.body).to.deep.equal([200, 2]);
    expect(await world.visit(cysFirst)).to.equal('revoked');
    expect(await world.visit(after)).to.equal('revoked');
  });

  it('knows a credential that was ended before it was seen, also to end it again', async () => {
    const again = await world.post('/v1/sessions/end', { source: 'web', credential: neverSeen });
    expect([again.status, again.json['ended'], again.json['was_unknown']]).to.deep.equal([
      200,
      0,
      undefined,
    ]);
    expect(await world.visit(neverSeen)).to.equal('revoked');
  });
});
