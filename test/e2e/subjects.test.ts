import { expect } from 'chai';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpCall, NAVIGATION } from '../support/clients/http-call.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { writeKeyFile } from '../support/files/key-file.ts';
import type { KeyFile } from '../support/files/key-file.ts';
import { freePort } from '../support/network/free-port.ts';
import { envoyOrSkip, redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../support/redis/redis-server.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';

// Envoy's own basic_auth says who the user is, in a header that it sets on every request.

const HOST = 'app.test';
const REPLICAS = 2;
const USERS = ['alice', 'bob', 'carol'] as const;
const POLICY = `
version: 1
host_ports: ignored
subject_names: clear
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d,
      subject: { header: x-auth-request-user, trusted: true } }
policies:
  - { name: default, idle: 1h, absolute: 12h, login_url: 'https://login.test/?rd={return_to}' }
`;

/** With a login filter before ext_authz. */
function withLogin(config: string): string {
  const lines = USERS.map((user) => {
    const hash = createHash('sha1').update(`${user} secret`).digest('base64');
    return `${user}:{SHA}${hash}`;
  });
  const filter = `                  - name: envoy.filters.http.basic_auth
                    typed_config:
                      '@type': type.googleapis.com/envoy.extensions.filters.http.basic_auth.v3.BasicAuth
                      users: { inline_string: "${lines.join('\\n')}" }
                      forward_username_header: x-auth-request-user
`;
  const extAuthz = '                  - name: envoy.filters.http.ext_authz\n';
  if (config.split(extAuthz).length !== 2) throw new Error('not one ext_authz filter');
  return config.replace(extAuthz, `${filter}${extAuthz}`);
}

describe('a user whom an earlier filter of Envoy names', function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let keys: KeyFile;
  let folder: string;
  let edge: Edge;
  const adminPorts: number[] = [];
  const token = randomBytes(24).toString('hex');

  before(async function () {
    await envoyOrSkip(this);
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    keys = await writeKeyFile();
    folder = await mkdtemp(join(tmpdir(), 'curfew-subjects-'));
    const tokens = join(folder, 'tokens');
    await writeFile(tokens, `olga operator ${token}\n`);
    await chmod(tokens, 0o600);
    for (let i = 0; i < REPLICAS; i += 1) {
      adminPorts.push(await freePort()); // oxlint-disable-line no-await-in-loop -- one after the other
    }
    edge = await startEdge({
      policy: POLICY,
      store: redis.url,
      flags: [`--key-file=${keys.path}`, `--admin-tokens-file=${tokens}`],
      flagsOf: (place) => [`--admin-address=127.0.0.1:${adminPorts[place]}`],
      replicas: REPLICAS,
      editEnvoy: withLogin,
    });
  });
  after(async () => {
    await edge?.stop();
    await redis?.stop();
    await keys?.remove();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const ask = (
    user: string,
    sid: string,
    more: readonly (readonly [string, string])[] = [],
  ): Promise<Answer> => {
    const secret = Buffer.from(`${user}:${user} secret`).toString('base64');
    const headers = [
      ['authorization', `Basic ${secret}`],
      ['cookie', `sid=${sid}`],
      ...more,
    ] as const;
    return httpCall(edge.port, '/api/echo', { host: HOST, headers });
  };
  const reasonOf = ({ status, body }: Answer): unknown =>
    status === 200 ? 'ok' : (JSON.parse(body) as { reason?: unknown }).reason;
  const administer = async (path: string, body: object, place = 0): Promise<object> => {
    const answer = await httpCall(adminPorts[place] ?? 0, path, {
      method: 'POST',
      headers: [
        ['authorization', `Bearer ${token}`],
        ['content-type', 'application/json'],
      ],
      body: JSON.stringify(body),
    });
    expect(answer.status, answer.body).to.be.oneOf([200, 202]);
    return JSON.parse(answer.body) as object;
  };
  /** By each of the replicas, several times. */
  async function expectAlways(user: string, sid: string, reason: string): Promise<void> {
    for (let i = 0; i < 3 * REPLICAS; i += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each replica is asked
      expect(reasonOf(await ask(user, sid))).to.equal(reason);
    }
  }

  it('loses every session at once when locked, and opens none until the unlock', async () => {
    const sessions = [newCredential(), newCredential(), newCredential()];
    for (const sid of sessions) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(reasonOf(await ask('alice', sid))).to.equal('ok');
    }
    await administer('/v1/subjects/lock', { subject: 'alice', reason: 'left the company' });
    for (const sid of [...sessions, newCredential()]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await expectAlways('alice', sid, 'subject_locked');
    }
    expect(reasonOf(await ask('bob', newCredential()))).to.equal('ok');
    const page = await ask('alice', newCredential(), NAVIGATION);
    expect(page).to.include({ status: 401 });
    expect(page.body).to.include('Account locked');
    await administer('/v1/subjects/unlock', { subject: 'alice' }, 1);
    await expectAlways('alice', newCredential(), 'ok');
    await expectAlways('alice', sessions[0] ?? '', 'subject_locked');
  });

  it('cannot choose another name: the filter overwrites what a client sends', async () => {
    const sid = newCredential();
    await administer('/v1/subjects/lock', { subject: 'carol' });
    expect(reasonOf(await ask('carol', sid, [['x-auth-request-user', 'bob']]))).to.equal(
      'subject_locked',
    );
  });
});
