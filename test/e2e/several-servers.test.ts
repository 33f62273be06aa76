import { expect } from 'chai';
import { newCredential, startEdge } from '../support/envoy/edge.ts';
import type { Edge } from '../support/envoy/edge.ts';
import { httpCall } from '../support/clients/http-call.ts';
import { writeKeyFile } from '../support/files/key-file.ts';
import type { KeyFile } from '../support/files/key-file.ts';
import { envoyOrSkip, redisServerOrSkip } from '../support/programs/provision-or-skip.ts';
import { startCluster } from '../support/redis/cluster.ts';
import type { Cluster } from '../support/redis/cluster.ts';
import { startSentinels } from '../support/redis/sentinels.ts';
import type { Sentinels } from '../support/redis/sentinels.ts';
import { eventually } from '../support/time/eventually.ts';

const POLICY = `
version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: default, idle: 1h, absolute: 12h, login_url: 'https://login.test/' }
`;
const USERS = Array.from({ length: 30 }, newCredential);
const RECOVERY_MAX_MS = 20_000;

describe('several servers behind Curfew, in front of a real Envoy', function () {
  this.timeout(60_000);
  let edge: Edge;
  let keys: KeyFile;

  const start = async (store: string): Promise<void> => {
    const flags = [`--key-file=${keys.path}`];
    edge = await startEdge({ policy: POLICY, store, flags, replicas: 2 });
    expect(await statuses()).to.deep.equal(USERS.map(() => 200));
  };

  /** The answer to each user. An outage must never look like a logout. */
  const statuses = async (): Promise<number[]> =>
    Promise.all(
      USERS.map(async (sid) => {
        const headers = [['cookie', `sid=${sid}`]] as const;
        const answer = await httpCall(edge.port, '/api/profile', { host: 'app.test', headers });
        expect(answer.status).to.be.oneOf([200, 503]);
        expect(answer.headers).not.to.have.any.keys('set-cookie', 'www-authenticate', 'location');
        return answer.status;
      }),
    );
  const untilAllIn = async (): Promise<void> => {
    const areIn = async () => (await statuses()).every((status) => status === 200);
    await eventually('all users in', areIn, RECOVERY_MAX_MS);
  };
  const metrics = async (): Promise<string> => (await edge.curfews[0]?.metrics()) ?? '';

  before(async function () {
    await envoyOrSkip(this);
    await redisServerOrSkip(this);
    keys = await writeKeyFile();
  });
  after(async () => keys?.remove());
  afterEach(async () => edge?.stop());

  describe('a Redis Cluster', () => {
    let cluster: Cluster;
    before(async () => {
      cluster = await startCluster();
    });
    after(async () => cluster?.close());

    it('logs no user out when primaries change, and stops only the part that is down', async () => {
      await start(`redis+cluster://${cluster.hosts}`);
      const [first, second] = cluster.nodes;
      if (first === undefined || second === undefined) throw new Error('no primaries');
      await cluster.failOver(first);
      await untilAllIn();
      await second.kill();
      const during = await statuses();
      expect(during, 'the users of the other primaries').to.include(200);
      await untilAllIn();
      expect(await metrics()).to.match(/^curfew_store_primaries\{state="known"\} 3$/m);
      await eventually('both changes counted', async () =>
        /^curfew_store_primary_changes_total 2$/m.test(await metrics()),
      );
    });
  });

  describe('Sentinels', () => {
    let sentinels: Sentinels;
    before(async () => {
      sentinels = await startSentinels({ downAfterMs: 500 });
    });
    after(async () => sentinels?.close());

    it('log no user out when the primary is killed', async () => {
      await start(`redis+sentinel://${sentinels.hosts}/${sentinels.name}`);
      const former = await eventually('primary', () => sentinels.primary(), RECOVERY_MAX_MS);
      await former.kill();
      expect(await statuses()).to.deep.equal(USERS.map(() => 503));
      await sentinels.primaryAfter(former);
      await untilAllIn();
      await eventually('the change counted', async () =>
        /^curfew_store_primary_changes_total 1$/m.test(await metrics()),
      );
    });
  });
});
