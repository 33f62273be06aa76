import { expect } from 'chai';
import { checkHealth } from '../../../src/transport/check-health.ts';
import { createCheckClient } from '../../support/requests/check-request.ts';
import type { CheckClient } from '../../support/requests/check-request.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { onEachTransport } from '../../support/transport/each-transport.ts';
import { eventually } from '../../support/time/eventually.ts';
import { freePort } from '../../support/network/free-port.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';

const COOKIE = { headers: { cookie: 'sid=0123456789abcdef' } };

onEachTransport('drain', function ({ kind: transport }) {
  this.timeout(60_000);
  let policies: PolicyFile;
  let curfew: Curfew;
  let client: CheckClient;
  let address: string;

  before(async () => {
    policies = await writePolicyFile(`version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`);
  });

  after(() => policies.remove());

  async function start(flags: readonly string[], store = 'memory:'): Promise<void> {
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    curfew = await startCurfew({
      policyPath: policies.path,
      grpcPort,
      opsPort,
      store,
      flags,
      transport,
    });
    address = `127.0.0.1:${grpcPort}`;
    client = createCheckClient(address);
  }

  afterEach(async () => {
    client.close();
    await curfew.stop();
  });

  it('fails health checks first, answers meanwhile, and then ends with 0', async () => {
    await start(['--drain-delay=1500ms']);
    expect(await checkHealth(address, '', 1_000)).to.equal('SERVING');
    curfew.signal('SIGTERM');
    await eventually(
      'NOT_SERVING',
      async () => (await checkHealth(address, '', 1_000)) === 'NOT_SERVING',
      1_000,
    );
    expect(await curfew.isReady()).to.equal(false);
    expect((await client.check(COOKIE)).codeName).to.equal('OK');
    expect(await curfew.ended()).to.equal(0);
  });

  it('answers the checks that are in flight', async () => {
    const redis = await startRedisServer();
    const key = await writeKeyFile();
    await start([`--key-file=${key.path}`, '--decision-budget=5s'], redis.url);
    expect((await client.check(COOKIE)).codeName).to.equal('OK');
    redis.pause();
    const inFlight = Array.from({ length: 10 }, () => client.check(COOKIE, { timeoutMs: 5_000 }));
    await eventually('checks in flight', async () =>
      /curfew_rpcs_in_flight\{[^}]*Check"\} 10/.test(await curfew.metrics()),
    );
    curfew.signal('SIGTERM');
    await eventually('draining', () => curfew.log().includes('"event":"draining"'));
    // It now only waits for these.
    redis.resume();
    const answers = await Promise.all(inFlight);
    expect(answers.map(({ codeName }) => codeName)).to.deep.equal(Array(10).fill('OK'));
    expect(await curfew.ended()).to.equal(0);
    await Promise.all([redis.stop(), key.remove()]);
  });

  it('waits for no check longer than the drain timeout', async () => {
    const redis = await startRedisServer();
    const key = await writeKeyFile();
    await start(
      [`--key-file=${key.path}`, '--decision-budget=10s', '--drain-timeout=200ms'],
      redis.url,
    );
    redis.pause();
    const inFlight = client.check(COOKIE, { timeoutMs: 9_000 });
    await eventually('a check in flight', async () =>
      /curfew_rpcs_in_flight\{[^}]*Check"\} 1/.test(await curfew.metrics()),
    );
    curfew.signal('SIGTERM');
    expect(await curfew.ended()).to.equal(0);
    expect((await inFlight).codeName).to.not.equal('OK');
    redis.resume();
    await Promise.all([redis.stop(), key.remove()]);
  });

  it('does not wait for health checks when it was never ready', async () => {
    const key = await writeKeyFile();
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    curfew = await startCurfew({
      policyPath: policies.path,
      grpcPort,
      opsPort,
      store: `redis://127.0.0.1:${await freePort()}`,
      flags: [`--key-file=${key.path}`, '--drain-delay=1m'],
      transport,
      waitUntilReady: false,
    });
    await eventually('start', () => curfew.log().includes('"event":"started"'));
    curfew.signal('SIGTERM');
    expect(await curfew.ended()).to.equal(0);
    await key.remove();
  });

  it('ends at once on a second signal', async () => {
    await start(['--drain-delay=1m']);
    curfew.signal('SIGINT');
    await eventually('draining', () => curfew.log().includes('"event":"draining"'));
    curfew.signal('SIGTERM');
    expect(await curfew.ended()).to.equal(1);
    expect(curfew.log()).to.contain('"event":"stop_insisted","signal":"SIGTERM"');
  });
});
