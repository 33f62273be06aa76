import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { writeKeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startReplicatedRedis } from '../../support/redis/replicated-redis.ts';
import type { ReplicatedRedis } from '../../support/redis/replicated-redis.ts';
import { createCheckClient, curfewMetadata } from '../../support/requests/check-request.ts';
import type { CheckClient } from '../../support/requests/check-request.ts';
import { eventually } from '../../support/time/eventually.ts';

const POLICY = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: signout, match: [{ path: /logout, methods: [POST] }], ends_session: true }
  - { name: default, idle: 10m, absolute: 1h }
`;

describe('a logout just before Redis fails over', function () {
  this.timeout(60_000);
  const closers: (() => unknown)[] = [];
  let redis: ReplicatedRedis;
  let curfew: Curfew;
  let client: CheckClient;

  before(async function () {
    await redisServerOrSkip(this);
    redis = await startReplicatedRedis();
    closers.push(() => redis.close());
    const folder = await mkdtemp(join(tmpdir(), 'curfew-password-'));
    closers.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'password'), 'any');
    const keyFile = await writeKeyFile([randomBytes(32)]);
    closers.push(() => keyFile.remove());
    const policies = await writePolicyFile(POLICY);
    closers.push(() => policies.remove());
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    curfew = await startCurfew({
      policyPath: policies.path,
      grpcPort,
      opsPort,
      store: `redis://admin@127.0.0.1:${redis.port}`,
      flags: [`--key-file=${keyFile.path}`, `--redis-password-file=${join(folder, 'password')}`],
    });
    closers.push(() => curfew.stop());
    client = createCheckClient(`127.0.0.1:${grpcPort}`);
    closers.push(() => client.close());
  });
  after(async () => {
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.toReversed()) await close();
  });

  const ask = async (path: string, method = 'GET') => {
    const { response } = await client.check({ path, method, headers: { cookie: 'sid=one' } });
    return response && curfewMetadata(response);
  };

  it('stays a logout, and the log says that another primary answers', async () => {
    expect(await ask('/')).to.include({ verdict: 'allow' });
    await eventually(
      'the session on the replica',
      async () => (await redis.replicas[0]?.keys('*session*'))?.length === 1,
    );
    redis.cutLink();
    expect(await ask('/logout', 'POST')).to.include({ verdict: 'allow' });
    expect(await ask('/')).to.include({ verdict: 'deny', reason: 'signed_out' });
    await redis.failOver();
    await eventually('the line in the log', () => curfew.log().includes('store_written_again'));
    expect(await ask('/')).to.include({ verdict: 'deny', reason: 'signed_out' });
    const line = /^.*store_primary_changed.*$/m.exec(curfew.log())?.[0] ?? '{}';
    const { before, after: now } = JSON.parse(line) as Record<string, string>;
    expect([before, now].every((id) => /^[0-9a-f]{40}$/.test(id ?? ''))).to.equal(true);
    expect(before).to.not.equal(now);
    expect(await curfew.metrics()).to.contain('curfew_store_primary_changes_total 1');
  });
});
