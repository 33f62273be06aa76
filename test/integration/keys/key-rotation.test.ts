import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { createSessionNames, keyFingerprint } from '../../../src/keys/session-names.ts';
import type { SessionKey } from '../../../src/session/session-key.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { createCheckClient, curfewMetadata } from '../../support/requests/check-request.ts';
import type { CheckClient } from '../../support/requests/check-request.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { newCredential } from '../../support/envoy/edge.ts';
import { eventually } from '../../support/time/eventually.ts';
import { freePort } from '../../support/network/free-port.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import type { KeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { locationOf } from '../../support/store/location-of.ts';
import { sourceWith } from '../../support/store/store-requests.ts';
import { untilUp } from '../../support/store/store-world.ts';

const POLICY = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

interface Replica extends Curfew {
  readonly keyFile: KeyFile;
  readonly client: CheckClient;
}

describe('key rotation', function () {
  this.timeout(60_000);
  const [OLD, NEW] = [randomBytes(32), randomBytes(32)];
  const [old, fresh] = [keyFingerprint(OLD), keyFingerprint(NEW)];
  let redis: RedisServer;
  let admin: Redis;
  let store: OpenedStore;
  let policies: PolicyFile;
  let policyVersion = 0;
  let closers: (() => Promise<void>)[];

  before(async function () {
    await redisServerOrSkip(this);
  });

  beforeEach(async () => {
    redis = await startRedisServer();
    admin = new Redis(redis.port, redis.host);
    admin.on('error', () => undefined); // the rejected call reports it
    store = await openStore(locationOf(redis.url), { clock: Date.now });
    await untilUp(store);
    policies = await writePolicyFile(POLICY);
    closers = [];
  });

  afterEach(async () => {
    await Promise.all(closers.map((close) => close()));
    await store.close();
    admin.disconnect();
    await Promise.all([redis.stop(), policies.remove()]);
  });

  async function start(secrets: readonly Uint8Array[], waitUntilReady = true): Promise<Replica> {
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    const keyFile = await writeKeyFile(secrets);
    closers.push(() => keyFile.remove());
    const curfew = await startCurfew({
      policyPath: policies.path,
      grpcPort,
      opsPort,
      store: redis.url,
      flags: [`--key-file=${keyFile.path}`, '--decision-budget=1500ms'],
      waitUntilReady,
    });
    closers.unshift(() => curfew.stop());
    const client = createCheckClient(`127.0.0.1:${grpcPort}`);
    closers.push(async () => client.close());
    return Object.assign(curfew, { keyFile, client });
  }

  /** Makes every replica ask the store now, by changing the policies, instead of seconds later. */
  const letThemAsk = () => policies.replace(`${POLICY}# ${(policyVersion += 1)}\n`);
  const logged = (replica: Replica, event: string, words = '') =>
    eventually(
      `${event} ${words}`,
      () =>
        replica
          .log()
          .split('\n')
          .some((line) => line.includes(`"event":"${event}"`) && line.includes(words)),
      20_000,
    );
  const has = (replica: Replica, count: number) =>
    eventually(
      `${count} keys`,
      () => sampled(replica, 'curfew_key_file_keys', String(count)),
      20_000,
    );
  const sampled = async (replica: Replica, name: string, value: string): Promise<boolean> =>
    new RegExp(`^${name} ${value}$`, 'm').test(await replica.metrics());
  const writesWith = (replica: Replica, fingerprint: string) =>
    eventually(
      `writing with ${fingerprint}`,
      async () =>
        (await replica.metrics()).includes(
          `curfew_key_info{fingerprint="${fingerprint}",use="writes"} 1`,
        ),
      20_000,
    );
  const reasonAt = async (replica: Replica, credential: string): Promise<unknown> => {
    const { response, details } = await replica.client.check({
      headers: { cookie: `sid=${credential}` },
    });
    return response === undefined ? details : curfewMetadata(response)['reason'];
  };
  const nameUnder = (secret: Uint8Array, credential: string): SessionKey =>
    createSessionNames([secret])('web', credential).key;
  const recordUnder = (secret: Uint8Array, credential: string) => {
    const key = nameUnder(secret, credential);
    return admin.hgetall(partitionOf(key).session(key));
  };
  const sessions = async (): Promise<number> => (await admin.keys('curfew:1:*:session:*')).length;
  const end = (secret: Uint8Array, credential: string) =>
    store.store.end({ key: nameUnder(secret, credential), source: sourceWith(), by: 'revoked' });

  it('in the order of the runbook loses no session and revives none, whichever replica is first', async () => {
    const replicas = [await start([OLD]), await start([OLD])] as const;
    const [one, two] = replicas;
    const [live, ended] = [newCredential(), newCredential()];
    expect(await reasonAt(one, live)).to.equal('ok');
    expect(await reasonAt(one, ended)).to.equal('ok');
    expect((await end(OLD, ended)).kind).to.equal('ended');
    const { s: startedAt } = await recordUnder(OLD, live);
    const holds = async (when: string) => {
      for (const replica of replicas) {
        // oxlint-disable-next-line no-await-in-loop
        expect(await reasonAt(replica, live), when).to.equal('ok');
        // oxlint-disable-next-line no-await-in-loop
        expect(await reasonAt(replica, ended), when).to.equal('revoked');
      }
      expect(await sessions(), when).to.equal(2);
      expect((await recordUnder(OLD, live))['s'], when).to.equal(startedAt);
    };

    await one.keyFile.publish([OLD, NEW]);
    await has(one, 2);
    await holds('appended on one');
    await two.keyFile.publish([OLD, NEW]);
    await has(two, 2);
    await holds('appended on both');
    await two.keyFile.publish([NEW, OLD]);
    await writesWith(two, fresh);
    await holds('moved on one');
    // A session that was opened with either key is the same session on both replicas.
    const [byOne, byTwo] = [newCredential(), newCredential()];
    expect(await reasonAt(one, byOne)).to.equal('ok');
    expect(await reasonAt(two, byTwo)).to.equal('ok');
    expect(await recordUnder(OLD, byOne)).to.include.keys('s');
    expect(await recordUnder(NEW, byTwo)).to.include.keys('s');
    expect(await reasonAt(two, byOne)).to.equal('ok');
    expect(await reasonAt(one, byTwo)).to.equal('ok');
    expect(await sessions()).to.equal(4);
    await Promise.all([end(OLD, byOne), end(NEW, byTwo)]);
    expect(await reasonAt(two, byOne)).to.equal('revoked');
    expect(await reasonAt(one, byTwo)).to.equal('revoked');
    await admin.del(...(await admin.keys('curfew:1:*:session:*')).filter(isOf([byOne, byTwo])));

    await one.keyFile.publish([NEW, OLD]);
    await writesWith(one, fresh);
    await holds('moved on both');
    for (const replica of replicas) expect(await replica.isReady()).to.equal(true);
  });

  const isOf = (credentials: readonly string[]) => (name: string) =>
    [OLD, NEW].some((secret) =>
      credentials.some((credential) => name.endsWith(nameUnder(secret, credential))),
    );

  it('opens one session for a credential that reaches replicas in different steps at the same time', async () => {
    const one = await start([OLD, NEW]);
    const two = await start([NEW, OLD]);
    await letThemAsk(); // who starts goes on with what the others write with
    await writesWith(two, fresh);
    await writesWith(one, old);
    const credentials = Array.from({ length: 40 }, newCredential);
    const reasons = await Promise.all(
      credentials.flatMap((credential) =>
        [one, two, one, two].map((replica) => reasonAt(replica, credential)),
      ),
    );
    expect(new Set(reasons)).to.deep.equal(new Set(['ok']));
    expect(await sessions()).to.equal(credentials.length);
  });

  it('does not write with a key that another replica is missing, even if it comes first in the file', async () => {
    const one = await start([OLD]);
    const two = await start([OLD]);
    await two.keyFile.publish([NEW, OLD]);
    await logged(two, 'key_waits', `"key":"${fresh}","replicas":1`);
    const credential = newCredential();
    expect(await reasonAt(two, credential)).to.equal('ok');
    expect(await recordUnder(OLD, credential)).to.include.keys('s');
    expect(await one.isReady()).to.equal(true);
    expect(await reasonAt(one, credential)).to.equal('ok');
    expect(await sessions()).to.equal(1);
    // Once the other replica has it, at the end of its file, it is used for writing.
    await one.keyFile.publish([OLD, NEW]);
    await writesWith(two, fresh);
    const next = newCredential();
    expect(await reasonAt(two, next)).to.equal('ok');
    expect(await recordUnder(NEW, next)).to.include.keys('s');
    expect(await reasonAt(one, next)).to.equal('ok');
    expect(await sessions()).to.equal(2);
  });

  it('makes a replica unready that is missing a key of the others; it opens nothing and recovers by itself', async () => {
    const one = await start([NEW, OLD]);
    const known = newCredential();
    expect(await reasonAt(one, known)).to.equal('ok');
    const wrong = await start([OLD], false);
    await logged(wrong, 'keys_disagree', `HDEL curfew:1:replicas key:${fresh}`);
    expect(await wrong.isReady()).to.equal(false);
    expect(await reasonAt(wrong, known)).to.match(/^internal_error: .*is missing a server key/);
    expect(await reasonAt(wrong, newCredential())).to.match(/is missing a server key/);
    expect(await sessions()).to.equal(1);
    await wrong.keyFile.publish([OLD, NEW]);
    await eventually('readiness', () => wrong.isReady());
    expect(await reasonAt(wrong, known)).to.equal('ok');
    expect(await sessions()).to.equal(1);
  });

  it('makes a running replica unready when another writes with a key that it is missing, until it has the key', async () => {
    const one = await start([OLD]);
    const known = newCredential();
    expect(await reasonAt(one, known)).to.equal('ok');
    // Like a replica that does not know of this one.
    await admin.hset('curfew:1:replicas', `key:${fresh}`, Date.now());
    await letThemAsk();
    await eventually('no readiness', async () => !(await one.isReady()));
    expect(await sampled(one, 'curfew_replica_keys_disagree', '1')).to.equal(true);
    expect(await reasonAt(one, known)).to.equal('ok');
    expect(await reasonAt(one, newCredential())).to.match(/is missing a server key/);
    await one.keyFile.publish([OLD, NEW]);
    await eventually('readiness', () => one.isReady());
    expect(await reasonAt(one, newCredential())).to.equal('ok');
  });

  it('keeps a key that is dropped too early, says so, and gives up its sessions on command', async () => {
    const one = await start([NEW, OLD]);
    await admin.hset('curfew:1:replicas', `key:${old}`, Date.now());
    const ended = newCredential();
    await one.keyFile.publish([OLD, NEW]);
    await writesWith(one, old);
    expect(await reasonAt(one, ended)).to.equal('ok');
    await end(OLD, ended);
    await one.keyFile.publish([NEW]);
    await logged(one, 'key_dropped_early', old);
    expect(await sampled(one, 'curfew_key_file_last_reload_successful', '0')).to.equal(true);
    expect(await one.isReady()).to.equal(true);
    expect(await reasonAt(one, ended)).to.equal('revoked');
    // A replica that starts now has never had it.
    const two = await start([NEW], false);
    await logged(two, 'keys_disagree', old);
    expect(await two.isReady()).to.equal(false);

    await admin.hdel('curfew:1:replicas', `key:${old}`);
    await letThemAsk();
    await eventually('readiness', () => two.isReady(), 10_000);
    await logged(one, 'keys_whole');
    expect(await sampled(one, 'curfew_key_file_last_reload_successful', '1')).to.equal(true);
    await has(one, 1);
  });

  it('keeps the last good keys when the file breaks, and reads it again on SIGHUP', async () => {
    const one = await start([OLD]);
    const known = newCredential();
    expect(await reasonAt(one, known)).to.equal('ok');
    await one.keyFile.write('not a key\n');
    await logged(one, 'keys_rejected');
    expect(await sampled(one, 'curfew_key_file_last_reload_successful', '0')).to.equal(true);
    expect(await reasonAt(one, known)).to.equal('ok');
    expect(await one.isReady()).to.equal(true);
    await one.keyFile.publish([OLD, NEW]);
    one.signal('SIGHUP');
    await has(one, 2);
    expect(await sessions()).to.equal(1);
  });
});
