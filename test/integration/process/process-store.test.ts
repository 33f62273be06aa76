import { expect } from 'chai';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';
import { createCheckClient } from '../../support/requests/check-request.ts';
import type { CheckClient } from '../../support/requests/check-request.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { eventually } from '../../support/time/eventually.ts';
import { startFaultyRedis } from '../../support/redis/faulty-redis.ts';
import { freePort } from '../../support/network/free-port.ts';
import { httpCall } from '../../support/clients/http-call.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import type { KeyFile } from '../../support/files/key-file.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';

const policiesWith = (source: string) => `version: 1
sources:
  - { name: ${source}, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

describe('process with Redis', function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let policies: PolicyFile;
  let key: KeyFile;
  let started: Curfew[];
  let clients: CheckClient[];

  beforeEach(async () => {
    redis = await startRedisServer();
    policies = await writePolicyFile(policiesWith('web'));
    key = await writeKeyFile();
    started = [];
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) client.close();
    await Promise.all(started.map((curfew) => curfew.stop()));
    await Promise.all([redis.stop(), policies.remove(), key.remove()]);
  });

  async function start(parts: {
    readonly url?: string;
    readonly keyPath?: string;
    readonly policyPath?: string;
    readonly waitUntilReady?: boolean;
  }): Promise<Curfew & { readonly client: CheckClient }> {
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    const curfew = await startCurfew({
      policyPath: parts.policyPath ?? policies.path,
      grpcPort,
      opsPort,
      store: parts.url ?? redis.url,
      flags: [`--key-file=${parts.keyPath ?? key.path}`],
      waitUntilReady: parts.waitUntilReady ?? true,
    });
    started.push(curfew);
    const client = createCheckClient(`127.0.0.1:${grpcPort}`);
    clients.push(client);
    return Object.assign(curfew, { client });
  }

  const whyNotReady = async (curfew: Curfew): Promise<Record<string, string>> => {
    const { status, body } = await httpCall(curfew.opsPort, '/readyz');
    expect(status).to.equal(503);
    return (JSON.parse(body) as { conditions: Record<string, string> }).conditions;
  };

  const metric = async (curfew: Curfew, name: string): Promise<string | undefined> =>
    new RegExp(`^${name} (\\S+)$`, 'm').exec(await curfew.metrics())?.[1];

  const COOKIE = { headers: { cookie: 'sid=0123456789abcdef' } };

  it('starts while Redis is down, alive and not ready, and becomes ready by itself', async () => {
    await redis.kill();
    const curfew = await start({ waitUntilReady: false });
    await eventually(
      'ops endpoint',
      async () => (await httpCall(curfew.opsPort, '/livez')).status === 200,
    );
    const { store, config } = await whyNotReady(curfew);
    expect(store).to.match(/^the store has not answered since the start/);
    expect(config).to.equal('ok');
    expect(await metric(curfew, 'curfew_store_up')).to.equal('0');
    expect(await metric(curfew, 'curfew_ready')).to.equal('0');
    expect((await curfew.client.check(COOKIE)).codeName).to.equal('UNAVAILABLE');
    const silent = () => curfew.log().match(/"event":"store_silent"/g);
    await eventually('the second attempt to ask the store', () => silent() !== null);
    await redis.restart();
    await eventually('readiness', () => curfew.isReady());
    expect((await curfew.client.check(COOKIE)).codeName).to.equal('OK');
    expect(silent()).to.have.length(1);
  });

  it('stays ready through an outage, which shows in answers, metrics and log', async () => {
    const curfew = await start({});
    await redis.kill();
    await eventually('outage', async () => (await metric(curfew, 'curfew_store_up')) === '0');
    expect((await curfew.client.check(COOKIE)).codeName).to.equal('UNAVAILABLE');
    // After a change of the file it asks the store at once.
    await policies.replace(policiesWith('web').replace('12h', '13h'));
    await eventually('an attempt to ask the store', () =>
      curfew.log().includes('"event":"store_silent"'),
    );
    expect(await curfew.isReady()).to.equal(true);
    await redis.restart();
    await eventually('recovery', async () => (await curfew.client.check(COOKIE)).codeName === 'OK');
    expect(curfew.log()).to.contain('"event":"store_down"');
    expect(await metric(curfew, 'curfew_store_up')).to.equal('1');
  });

  it('refuses a Redis that is too old', async () => {
    const way = await startFaultyRedis(redis.port);
    // Of the same length, because the reply contains its length.
    way.become({
      kind: 'rewritten',
      rewrite: (reply) =>
        reply.replace(/redis_version:7\.\d\.\d+/, (version) =>
          'redis_version:6.2.'.padEnd(version.length, '1'),
        ),
    });
    const curfew = await start({ url: `redis://127.0.0.1:${way.port}`, waitUntilReady: false });
    expect(await curfew.ended()).to.equal(1);
    expect(curfew.log()).to.match(
      /"gave_up","msg":"Redis 7\.0 or newer, or Valkey, is required; this is Redis 6\.2/,
    );
    await way.close();
  });

  it('reports a Redis that may evict sessions', async () => {
    await redis.stop();
    redis = await startRedisServer({ args: ['--maxmemory-policy', 'allkeys-lru'] });
    const curfew = await start({});
    expect(await metric(curfew, 'curfew_store_eviction_policy_safe')).to.equal('0');
    expect(curfew.log()).to.match(
      /"level":"error".*"event":"store_at_risk","risk":"eviction_policy".*set it to noeviction/,
    );
  });

  it('is not ready with a key file that is missing the key of the others, and says so', async () => {
    const good = await start({});
    const wrongKey = await writeKeyFile();
    const wrong = await start({ keyPath: wrongKey.path, waitUntilReady: false });
    const why = await eventually('comparison of the keys', async () => {
      const { keys } = await whyNotReady(wrong);
      return keys?.includes('is missing') === true && keys;
    });
    expect(why).to.match(
      /^other replicas name sessions with the key \S+, which is missing from the key file of this replica; add it there as an older key$/,
    );
    expect(await metric(wrong, 'curfew_replica_keys_disagree')).to.equal('1');
    expect(wrong.log()).to.contain('"event":"keys_disagree"');
    expect(await good.isReady()).to.equal(true);
    // A replica that starts later is not affected either.
    expect(await (await start({})).isReady()).to.equal(true);
    await wrongKey.remove();
  });

  it('warns of a replica with other source names, while it is there', async () => {
    await start({});
    const others = await writePolicyFile(policiesWith('site'));
    const other = await start({ policyPath: others.path });
    expect(await metric(other, 'curfew_replica_sources_disagree')).to.equal('1');
    expect(other.log()).to.contain('"event":"sources_disagree"');
    expect(await other.isReady()).to.equal(true);
    await others.remove();
  });
});
