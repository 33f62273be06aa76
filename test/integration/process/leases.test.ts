import { expect } from 'chai';
import { writeKeyFile } from '../../support/files/key-file.ts';
import type { KeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { createCheckClient, curfewMetadata } from '../../support/requests/check-request.ts';
import type { CheckClient } from '../../support/requests/check-request.ts';
import { eventually } from '../../support/time/eventually.ts';

const policyWith = (staleness: string): string => `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: logout, match: [{ path: /logout }], ends_session: true }
  - { name: default, idle: 1h, absolute: 12h, max_staleness: ${staleness} }
`;

interface Replica {
  readonly curfew: Curfew;
  readonly client: CheckClient;
}

describe('two replicas with leases', function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let policies: PolicyFile;
  let key: KeyFile;
  const replicas: Replica[] = [];

  beforeEach(async () => {
    redis = await startRedisServer();
    policies = await writePolicyFile(policyWith('5s'));
    key = await writeKeyFile();
  });

  afterEach(async () => {
    for (const { client } of replicas) client.close();
    await Promise.all(replicas.splice(0).map(({ curfew }) => curfew.stop()));
    await Promise.all([redis.stop(), policies.remove(), key.remove()]);
  });

  async function start(...flags: readonly string[]): Promise<Replica> {
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    const curfew = await startCurfew({
      policyPath: policies.path,
      grpcPort,
      opsPort,
      store: redis.url,
      flags: [`--key-file=${key.path}`, ...flags],
    });
    const replica = { curfew, client: createCheckClient(`127.0.0.1:${grpcPort}`) };
    replicas.push(replica);
    return replica;
  }

  const sampleOf = async ({ curfew }: Replica, series: string): Promise<number> => {
    const line = (await curfew.metrics()).split('\n').find((each) => each.startsWith(`${series} `));
    return Number(line?.split(' ')[1] ?? 0);
  };
  const usedBy = async (replica: Replica): Promise<number> =>
    sampleOf(replica, 'curfew_lease_age_seconds_count');

  async function reasonOf({ client }: Replica, path = '/'): Promise<unknown> {
    const { response } = await client.check({ path, headers: { cookie: 'sid=0123456789abcdef' } });
    return response === undefined ? undefined : curfewMetadata(response)['reason'];
  }

  /** Leases are off until this replica knows that every other one publishes ends. */
  const untilLeasesAnswer = async (replica: Replica): Promise<unknown> =>
    eventually(
      'an answer by a lease',
      async () => {
        await reasonOf(replica);
        return (await usedBy(replica)) > 0;
      },
      50_000,
    );

  it('answer themselves, and a sign-out at one is true at the other at once', async () => {
    const one = await start();
    const other = await start();
    await untilLeasesAnswer(other);
    const asked = await sampleOf(other, 'curfew_lease_questions_total{cause="none"}');
    const before = await usedBy(other);
    for (let count = 0; count < 20; count += 1) {
      expect(await reasonOf(other)).to.equal('ok'); // oxlint-disable-line no-await-in-loop
    }
    expect((await usedBy(other)) - before).to.be.at.least(19);
    expect(await sampleOf(other, 'curfew_lease_questions_total{cause="none"}')).to.equal(asked);
    expect(await sampleOf(other, 'curfew_leases')).to.equal(1);

    await reasonOf(one, '/logout');
    await eventually('a denial', async () => (await reasonOf(other)) === 'signed_out');
    expect(await sampleOf(other, 'curfew_leases_dropped_total{cause="heard"}')).to.equal(1);
    expect(await sampleOf(other, 'curfew_leases')).to.equal(0);
  });

  it('ask at each check with max_staleness: 0s from the next version of the file on', async () => {
    const one = await start();
    await untilLeasesAnswer(one);
    await policies.replace(policyWith('0s'));
    await eventually('the new version', async () => {
      const before = await usedBy(one);
      await reasonOf(one);
      return (await usedBy(one)) === before;
    });
    expect(await sampleOf(one, 'curfew_leases_dropped_total{cause="policies"}')).to.equal(1);
    const asked = await sampleOf(one, 'curfew_lease_questions_total{cause="off"}');
    await reasonOf(one);
    expect(await sampleOf(one, 'curfew_lease_questions_total{cause="off"}')).to.equal(asked + 1);
  });

  it('ask at each check with --leases-max=0', async () => {
    const one = await start('--leases-max=0');
    const other = await start();
    await untilLeasesAnswer(other);
    await reasonOf(one);
    await reasonOf(one);
    expect(await usedBy(one)).to.equal(0);
    expect(await sampleOf(one, 'curfew_leases')).to.equal(0);
  });
});
