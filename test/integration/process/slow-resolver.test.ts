import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';
import { freePort } from '../../support/network/free-port.ts';
import { preloadOrSkip } from '../../support/preload/preloaded.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import type { RedisServer } from '../../support/redis/redis-server.ts';
import { createCheckClient, curfewMetadata } from '../../support/requests/check-request.ts';
import type { CheckClient } from '../../support/requests/check-request.ts';
import { eventually } from '../../support/time/eventually.ts';
import { tokenIssuer } from '../../support/tokens/signed-tokens.ts';
import type { TokenIssuer } from '../../support/tokens/signed-tokens.ts';

/** Longer than several attempts to connect may take. */
const SLOW_MS = 1_600;
/** Longer than this test takes. */
const SILENT_MS = 600_000;

describe('a slow resolver', function () {
  this.timeout(30_000);
  const closers: (() => unknown)[] = [];
  let redis: RedisServer;
  let curfew: Curfew;
  let client: CheckClient;
  let policies: PolicyFile;
  let issuer: TokenIssuer;
  let keyPath = '';
  let delayFile = '';
  let questionsFile = '';

  before(async function () {
    const preload = await preloadOrSkip(this, 'slow-resolver');
    await redisServerOrSkip(this);
    this.timeout(30_000);
    redis = await startRedisServer();
    closers.push(() => redis.stop());
    const folder = await mkdtemp(join(tmpdir(), 'curfew-resolver-'));
    closers.push(() => rm(folder, { recursive: true }));
    delayFile = join(folder, 'delay');
    questionsFile = join(folder, 'questions');
    await Promise.all([answersAfter(0), writeFile(questionsFile, '')]);
    issuer = await tokenIssuer();
    keyPath = join(folder, 'keys.json');
    await issuer.writeKeys(keyPath);
    policies = await writePolicyFile(policyText(keyPath, '12h'));
    closers.push(() => policies.remove());
    const keys = await writeKeyFile();
    closers.push(() => keys.remove());
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    curfew = await startCurfew({
      policyPath: policies.path,
      grpcPort,
      opsPort,
      store: `redis://store.slow.test:${redis.port}`,
      flags: [`--key-file=${keys.path}`, '--leases-max=0'],
      env: { ...preload, RESOLVER_DELAY_FILE: delayFile, RESOLVER_QUESTIONS_FILE: questionsFile },
    });
    closers.push(() => curfew.stop());
    client = createCheckClient(`127.0.0.1:${grpcPort}`);
    closers.push(() => client.close());
  });
  after(async () => {
    // oxlint-disable-next-line no-await-in-loop -- the last opened first
    for (const close of closers.toReversed()) await close();
  });
  afterEach(async () => {
    await answersAfter(0);
    if (!redis.isAnswering) await redis.restart();
    await eventually('an allow', async () => (await ask('sid=one')) === 'allow', 10_000);
  });

  const policyText = (keys: string, absolute: string): string => `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
  - { name: api, jwt: { issuer: https://issuer.test, audience: shop, jwks_file: ${keys}, per_login: false, subject_claim: sub }, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: ${absolute} }
`;
  const answersAfter = (ms: number): Promise<void> => writeFile(delayFile, `${ms}`);
  const questions = async () => {
    const lines = (await readFile(questionsFile, 'utf8')).split('\n').filter((line) => line !== '');
    let open = 0;
    let openMax = 0;
    for (const line of lines) {
      open += line.startsWith('+') ? 1 : -1;
      openMax = Math.max(openMax, open);
    }
    return { open, openMax };
  };
  const ask = async (cookie: string): Promise<string> => {
    const { response, codeName, details } = await client.check({ headers: { cookie } });
    if (response === undefined) return `${codeName} ${details}`;
    return response.denied_response === undefined ? 'allow' : 'deny';
  };

  it('that takes longer than an attempt to connect delays the way back, and does not prevent it', async () => {
    expect(await ask('sid=one')).to.equal('allow');
    await answersAfter(SLOW_MS);
    await redis.kill();
    await redis.restart();
    await eventually('another connection', async () => (await ask('sid=one')) === 'allow', 10_000);
    expect((await questions()).openMax, 'questions at a time').to.equal(1);
  });

  it('delays no check that needs no store, and no change of the policy file', async () => {
    await answersAfter(SILENT_MS);
    await redis.kill();
    await eventually('an open question', async () => (await questions()).open > 0);
    const claims = { iss: 'https://issuer.test', aud: 'shop', sub: 'one', exp: 1 };
    // Each token is another one, whose signature is verified by a thread that a resolver could hold.
    for (let count = 0; count < 20; count += 1) {
      const token = await issuer.sign({ ...claims, jti: `${count}` });
      const { response } = await client.check({ headers: { authorization: `Bearer ${token}` } });
      expect(curfewMetadata(response)).to.include({ verdict: 'deny', reason: 'invalid_token' });
    }
    expect(await ask('sid=one')).to.match(/^UNAVAILABLE store_unavailable: no connection/);
    const loads = () => curfew.log().match(/"event":"policies_loaded"/g)?.length ?? 0;
    const before = loads();
    await policies.replace(policyText(keyPath, '13h'));
    await eventually('the new policies', () => loads() > before);
  });
});
