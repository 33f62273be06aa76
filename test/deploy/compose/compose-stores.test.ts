import { expect } from 'chai';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import { compose } from '../../support/compose/composition.ts';
import type { StoreKind } from '../../support/compose/composition.ts';
import { composedStore } from '../../support/compose/composed-store.ts';
import type { ComposedStore } from '../../support/compose/composed-store.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import {
  debianProgramOrSkip,
  redisServerOrSkip,
} from '../../support/programs/provision-or-skip.ts';
import { createCheckClient, curfewMetadata } from '../../support/requests/check-request.ts';
import { eventually } from '../../support/time/eventually.ts';

const DOWN_AFTER_MS = 1_000;
const FAILOVER_MAX_MS = 20_000;

describe('the stores of docker-compose.yml, started by its commands', function () {
  this.timeout(90_000);
  let bin: string;
  let store: ComposedStore | undefined;
  const closers: (() => Promise<unknown> | void)[] = [];

  before(async function () {
    bin = await redisServerOrSkip(this, 'redis 7.0');
    await debianProgramOrSkip(this, 'redis-cli', 'redis-tools');
  });

  afterEach(async () => {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.splice(0).toReversed()) await close();
  });

  async function startStore(kind: StoreKind): Promise<ComposedStore> {
    store = await composedStore(kind, bin, DOWN_AFTER_MS);
    closers.push(store.stop);
    return store;
  }

  /** Curfew as the composition starts it; answers the reason that a request of a session gets. */
  async function startWith(environment: ComposedStore['environment']) {
    const policy = (compose.configs['policy']?.content ?? '').replaceAll('${PORT:-8080}', '8080');
    expect(parsePolicyFile(policy, 'curfew.yaml')).to.include({ kind: 'ok' });
    const policyFile = await writePolicyFile(policy);
    closers.push(policyFile.remove);
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    const { CURFEW_STORE, CURFEW_ADMIN_TOKENS_FILE: _, ...env } = environment;
    const curfew: Curfew = await startCurfew({
      policyPath: policyFile.path,
      grpcPort,
      opsPort,
      ...(CURFEW_STORE !== undefined && { store: CURFEW_STORE }),
      env,
    });
    closers.push(curfew.stop);
    const client = createCheckClient(`127.0.0.1:${grpcPort}`);
    closers.push(() => client.close());
    return async (cookie: string) => {
      const { response, codeName } = await client.check({ headers: { cookie: `sid=${cookie}` } });
      return curfewMetadata(response)['reason'] ?? codeName;
    };
  }

  /** Without a verdict it asks again; a denial never becomes an allow. */
  async function untilOk(reasonOf: (cookie: string) => Promise<unknown>, cookie: string) {
    await eventually('allow', async () => (await reasonOf(cookie)) === 'ok', FAILOVER_MAX_MS);
  }

  async function assertNoDenial({ admin }: ComposedStore, servers: readonly string[]) {
    for (const server of servers) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await admin(server).call('ACL', 'LOG'), server).to.deep.equal([]);
    }
  }

  it('single: Curfew opens sessions', async () => {
    const { servers, start, environment } = await startStore('single');
    expect(servers).to.deep.equal(['redis']);
    await start('redis');
    const reasonOf = await startWith(environment);
    await untilOk(reasonOf, 'one');
  });

  it('sentinel: a session outlives its primary, and a restart of all', async () => {
    const composed = await startStore('sentinel');
    const { servers, start, admin, kill, read } = composed;
    for (const server of servers) await start(server); // oxlint-disable-line no-await-in-loop
    await eventually('replicas', async () =>
      /connected_slaves:2[^]*state=online[^]*state=online/.test(await admin('redis').info()),
    );
    const sentinels = servers.filter((name) => name.startsWith('sentinel-'));
    await eventually(
      'Sentinels that know all',
      async () => {
        const known = await Promise.all(
          sentinels.map(async (name) => {
            const fields = (await admin(name).call('SENTINEL', 'MASTER', 'curfew')) as string[];
            const field = (of: string) => fields[fields.indexOf(of) + 1];
            return field('num-slaves') === '2' && field('num-other-sentinels') === '2';
          }),
        );
        return known.every(Boolean);
      },
      FAILOVER_MAX_MS,
    );
    const reasonOf = await startWith(composed.environment);
    await untilOk(reasonOf, 'one');
    await kill('redis');
    await untilOk(reasonOf, 'one');
    await assertNoDenial(
      composed,
      servers.filter((name) => name !== 'redis'),
    );

    const roleOf = async (server: string) =>
      /role:(\w+)/.exec(await admin(server).info('replication'))?.[1];
    const replicas = ['replica-1', 'replica-2'];
    const roles = await Promise.all(replicas.map(roleOf));
    const promoted = replicas[roles.indexOf('master')] ?? 'none';
    for (const sentinel of sentinels) await kill(sentinel); // oxlint-disable-line no-await-in-loop
    await kill(promoted);
    await start(promoted);
    expect(await read(promoted, '/data/redis.conf')).to.not.match(/^replicaof /m);
    expect(await roleOf(promoted), 'what the failover made it').to.equal('master');
  });

  it('cluster: Curfew opens sessions in all parts, also after the servers have met again', async () => {
    const composed = await startStore('cluster');
    const { servers, start, admin, finish } = composed;
    expect(servers).to.have.length(6);
    await Promise.all(servers.map(start));
    await finish('cluster');
    await eventually(
      'replicas with the data',
      async () => {
        const infos = await Promise.all(servers.map((name) => admin(name).info('replication')));
        return (
          infos.filter((info) => /role:master[^]*state=online/.test(info)).length === 3 &&
          infos.filter((info) => info.includes('master_link_status:up')).length === 3
        );
      },
      FAILOVER_MAX_MS,
    );
    await finish('cluster');
    // Each server is met again at its address, which makes no second node of it.
    await eventually(
      'the same six servers',
      async () =>
        /cluster_state:ok[^]*cluster_known_nodes:6[^0-9]/.test(
          (await admin('redis').call('CLUSTER', 'INFO')) as string,
        ),
      FAILOVER_MAX_MS,
    );
    const reasonOf = await startWith(composed.environment);
    const cookies = Array.from({ length: 30 }, (_, number) => `cookie-${number}`);
    await Promise.all(cookies.map((cookie) => untilOk(reasonOf, cookie)));
    await assertNoDenial(composed, servers);
  });
});
