import { expect } from 'chai';
import { onEachTransport } from '../support/transport/each-transport.ts';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { eventually } from '../support/time/eventually.ts';
import { GRPC_STATUS, grpcSay } from '../support/clients/grpc-echo-client.ts';
import { NAVIGATION, httpCall } from '../support/clients/http-call.ts';
import type { Answer } from '../support/clients/http-call.ts';
import { writeKeyFile } from '../support/files/key-file.ts';
import type { KeyFile } from '../support/files/key-file.ts';
import { envoyOrSkip, redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../support/redis/redis-server.ts';
import type { RedisServer } from '../support/redis/redis-server.ts';

// From the return of Redis to the first verdict: reconnecting takes some time.
const RECOVERY_MAX_MS = 5_000;
// Curfew gives up after 150 ms, Envoy after 250 ms; the rest is for a busy machine.
const ANSWER_MAX_MS = 1_000;

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: public, match: [{ path: /assets/** }], session: off }
  - { name: watched, match: [{ host: watched.test }], idle: 1h, absolute: 12h, mode: observe }
  - { name: default, idle: 1h, absolute: 12h, login_url: 'https://login.test/?rd={return_to}' }
`;

onEachTransport('Redis out of reach', ({ kind: transport }) => {
  let edge: Edge;
  let redis: RedisServer;
  let keys: KeyFile;
  const sid = newCredential();

  before(async function () {
    await envoyOrSkip(this);
    await redisServerOrSkip(this);
    redis = await startRedisServer();
    keys = await writeKeyFile();
    const flags = [`--key-file=${keys.path}`];
    edge = await startEdge({ policy: POLICY, store: redis.url, flags, transport });
  });

  after(async () => {
    await edge?.stop();
    await redis?.stop();
    await keys?.remove();
  });

  const ask = (host = 'app.test', more: readonly (readonly [string, string])[] = []) =>
    httpCall(edge.port, '/api/profile', { host, headers: [['cookie', `sid=${sid}`], ...more] });

  /** An outage must never look like a logout to any client. */
  async function expectNoVerdict(): Promise<void> {
    for (const headers of [[], NAVIGATION]) {
      const askedAtMs = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- its time is measured
      const answer = await ask('app.test', headers);
      expect(answer.status).to.equal(503);
      expect(answer.headers).not.to.have.any.keys('set-cookie', 'www-authenticate', 'location');
      expect(performance.now() - askedAtMs).to.be.lessThan(ANSWER_MAX_MS);
    }
    const call = await grpcSay(edge.port, { cookie: `sid=${sid}` }, 'app.test');
    expect(call.code).to.equal(GRPC_STATUS.UNAVAILABLE);
    expect((await ask('watched.test')).status).to.equal(200); // it only observes
    const asset = await httpCall(edge.port, '/assets/style.css', { host: 'app.test' });
    expect(asset.status).to.equal(200); // needs no session
    expect(await edge.curfews[0]?.isReady()).to.equal(true);
  }

  const allowed = async (): Promise<Answer | false> => {
    const answer = await ask();
    expect(answer.status).to.be.oneOf([200, 503]);
    return answer.status === 200 && answer;
  };

  it('frozen, it ends no session, and everything recovers by itself', async function () {
    this.timeout(60_000);
    expect(await ask()).to.include({ status: 200 });
    redis.pause();
    await expectNoVerdict();
    redis.resume();
    await eventually('verdict after the pause', allowed, RECOVERY_MAX_MS);
  });

  it('killed, it ends no session, and Curfew reconnects', async function () {
    this.timeout(60_000);
    await redis.kill();
    await expectNoVerdict();
    await redis.restart();
    await eventually('verdict after the restart', allowed, RECOVERY_MAX_MS);
    expect(await edge.curfews[0]?.metrics()).to.match(/^curfew_store_up 1$/m);
  });
});
