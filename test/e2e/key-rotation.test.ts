import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { Redis } from 'ioredis';
import { createSessionNames, keyFingerprint } from '../../src/keys/session-names.ts';
import { partitionOf } from '../../src/store/redis/store-keys.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { eventually } from '../support/time/eventually.ts';
import { httpCall } from '../support/clients/http-call.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { writeKeyFile } from '../support/files/key-file.ts';
import type { KeyFile } from '../support/files/key-file.ts';
import { patientEnvoy } from '../support/envoy/patient-envoy.ts';
import { envoyOrSkip, redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../support/redis/redis-server.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';
import { startLoad } from '../support/clients/steady-load.ts';
import type { Load } from '../support/clients/steady-load.ts';
import { withoutRetries } from '../support/envoy/without-retries.ts';

const PLACES = [0, 1, 2] as const;
const PER_SECOND = 50;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
// Ten times as much as in production, as for Envoy here.
const DECISION_BUDGET = '1500ms';

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

describe('a key rotation under steady load', () => {
  const [OLD, NEW] = [randomBytes(32), randomBytes(32)];
  const [old, fresh] = [keyFingerprint(OLD), keyFingerprint(NEW)];
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  let redis: RedisServer;
  let admin: Redis;
  let keyFiles: KeyFile[];
  let edge: Edge;
  let load: Load | undefined;

  before(async function () {
    await envoyOrSkip(this);
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    admin = new Redis(redis.port, redis.host);
    keyFiles = await Promise.all(PLACES.map(() => writeKeyFile([OLD])));
    edge = await startEdge({
      policy: POLICY,
      store: redis.url,
      flags: [`--decision-budget=${DECISION_BUDGET}`],
      flagsOf: (place) => [`--key-file=${keyFiles[place]?.path}`],
      replicas: PLACES.length,
      editEnvoy: (config) => withoutRetries(patientEnvoy(config)),
    });
  });

  after(async () => {
    await load?.stop(); // a failed test leaves it running
    agent.destroy();
    await edge?.stop();
    admin?.disconnect();
    await redis?.stop();
    await Promise.all((keyFiles ?? []).map((file) => file.remove()));
  });

  const ask = (credential: string): Promise<Answer> =>
    httpCall(edge.port, '/api/profile', { headers: [['cookie', `sid=${credential}`]], agent });
  const recordName = (secret: Uint8Array, credential: string): string => {
    const { key } = createSessionNames([secret])('web', credential);
    return partitionOf(key).session(key);
  };
  const page = async (place: number): Promise<string> =>
    (await edge.curfews[place]?.metrics()) ?? '';
  const shows = (place: number, line: string): Promise<unknown> =>
    eventually(
      `${line} on ${place}`,
      async () => (await page(place)).split('\n').includes(line),
      20_000,
    );
  const uses = (fingerprint: string, use: 'writes' | 'reads') =>
    `curfew_key_info{fingerprint="${fingerprint}",use="${use}"} 1`;

  /** Publishes these keys on one replica after the other, each when the previous one has loaded them. */
  async function rollOut(secrets: readonly Uint8Array[], ...lines: string[]): Promise<void> {
    for (const place of PLACES) {
      // oxlint-disable no-await-in-loop -- one after the other is the point
      await keyFiles[place]?.publish(secrets);
      for (const line of lines) await shows(place, line);
      // oxlint-enable no-await-in-loop
    }
  }

  it('fails no request, restarts no clock and revives no ended session', async function () {
    this.timeout(120_000);
    const [live, ended] = [newCredential(), newCredential()];
    expect((await ask(live)).status).to.equal(200);
    expect((await ask(ended)).status).to.equal(200);
    const startedAt = await admin.hget(recordName(OLD, live), 's');
    await admin.hset(recordName(OLD, ended), 's', Date.now() - 13 * HOUR_MS);
    const isOver = async (when: string) => {
      // Envoy asks the replicas in turn.
      const answers = await Promise.all(Array.from({ length: 12 }, () => ask(ended)));
      expect(new Set(answers.map(({ status }) => status)), when).to.deep.equal(new Set([401]));
    };
    await isOver('before');

    // Like a browser after a login: many requests at once, which Envoy spreads over the replicas.
    const opened: string[] = [];
    const logIn = async (): Promise<Answer> => {
      const credential = newCredential();
      opened.push(credential);
      const answers = await Promise.all(Array.from({ length: 6 }, () => ask(credential)));
      return answers.find(({ status }) => status !== 200) ?? ask(credential);
    };
    let sent = 0;
    load = startLoad(PER_SECOND, () => ((sent += 1) % 5 === 0 ? logIn() : ask(live)));
    await eventually('requests', () => sent > PER_SECOND);

    await rollOut([OLD, NEW], uses(old, 'writes'), uses(fresh, 'reads'));
    await isOver('after the new key was appended');
    await rollOut([NEW, OLD], uses(fresh, 'writes'), uses(old, 'reads'));
    await isOver('after the new key was moved to the top');
    expect(await admin.hget(recordName(OLD, live), 's')).to.equal(startedAt);
    expect(await admin.exists(recordName(NEW, live), recordName(NEW, ended))).to.equal(0);

    const next = newCredential();
    expect((await ask(next)).status).to.equal(200);
    expect(await admin.exists(recordName(NEW, next))).to.equal(1);
    expect(await admin.exists(recordName(OLD, next))).to.equal(0);

    // 31 days later.
    await admin.hset('curfew:1:replicas', `key:${old}`, Date.now() - 31 * DAY_MS - 60_000);
    await rollOut([NEW], 'curfew_key_file_keys 1', uses(fresh, 'writes'));
    for (const place of PLACES) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await page(place)).to.match(/^curfew_key_file_last_reload_successful 1$/m);
    }
    expect((await ask(next)).status).to.equal(200);

    const report = await load.stop();
    expect(report.failures).to.deep.equal([]);
    expect(report.sent).to.be.greaterThan(5 * PER_SECOND);
    // No credential of the load has become two sessions meanwhile.
    const twice = await Promise.all(
      opened.map((credential) =>
        admin.exists(recordName(OLD, credential), recordName(NEW, credential)),
      ),
    );
    expect(twice.filter((records) => records !== 1)).to.deep.equal([]);
  });
});
