import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { ADMIN_LIMITS } from '../../../src/admin/server/admin-limits.ts';
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
const SESSIONS = 2_000;
const REGISTERED_AT_ONCE = 50;
const fresh = (): string => randomBytes(16).toString('hex');

describe('a caller of administration who asks for too much', function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let keys: KeyFile;
  let world: AdminWorld;

  before(async function () {
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    keys = await writeKeyFile();
    const flags = [`--key-file=${keys.path}`, '--decision-budget=2s'];
    world = await startAdminWorld({ policies: POLICIES, store: redis.url, flags });
    for (let count = 0; count < SESSIONS; count += REGISTERED_AT_ONCE) {
      const some = Array.from({ length: REGISTERED_AT_ONCE }, () =>
        world.post('/v1/sessions', { source: 'web', credential: fresh(), subject: 'big' }, 'login'),
      );
      // oxlint-disable-next-line no-await-in-loop -- a few at once
      for (const { status } of await Promise.all(some)) expect(status).to.equal(201);
    }
  });
  after(async () => {
    await world?.close();
    await Promise.all([redis?.stop(), keys?.remove()]);
  });

  const end = () => world.post('/v1/sessions/end', { source: 'web', credential: fresh() });

  it('leaves room for others, also if it never finishes its bodies', async () => {
    const sockets: Socket[] = [];
    const head =
      `POST /v1/sessions/find HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${world.tokens.vera}\r\n` +
      'content-type: application/json\r\ncontent-length: 100\r\n\r\n{';
    try {
      for (let count = 0; count < ADMIN_LIMITS.inFlightMax; count += 1) {
        const socket = connect(world.adminPort, '127.0.0.1').on('error', () => {});
        socket.write(head);
        sockets.push(socket.resume());
      }
      await eventually(
        'a refusal',
        async () => (await world.get('/v1/status')).json['code'] === 'overloaded',
      );
      expect((await end()).status).to.equal(200);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await eventually('room for it', async () => {
      const calls = Array.from({ length: ADMIN_LIMITS.inFlightOfCallerMax }, () =>
        world.get('/v1/status'),
      );
      return (await Promise.all(calls)).every(({ status }) => status === 200);
    });
  });

  it('cannot keep checks or ends waiting by counting and listing many sessions', async () => {
    const reads = Array.from({ length: 60 }, (_, count) =>
      world.get(
        count % 2 === 0 ? '/v1/subjects?subject=big' : '/v1/sessions?subject=big&limit=200',
      ),
    );
    const credential = fresh();
    expect(await world.visit(credential)).to.equal('ok');
    const ended = await end();
    expect(ended.status, ended.body).to.equal(200);
    const answers = await Promise.all(reads);
    const codes = answers.map(({ status, json }) => (status === 200 ? 'done' : json['code']));
    // Those that have to wait for their turn get it.
    expect(new Set(codes)).to.deep.equal(new Set(['done']));
    expect((await world.get('/v1/subjects?subject=big')).json['sessions']).to.equal(SESSIONS);
  });
});
