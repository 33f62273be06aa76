import { expect } from 'chai';
import { ClusterNode } from '../../../../../src/store/redis/cluster/cluster-node.ts';
import { ShardPrimaries } from '../../../../../src/store/redis/cluster/shard-primaries.ts';
import type { RedisConnection } from '../../../../../src/store/redis/connection/redis-connection.ts';
import { Ledger } from '../../../../../src/store/redis/durable/ledger.ts';
import { RequiredReplicas } from '../../../../../src/store/redis/durable/required-replicas.ts';
import { StoreJournal } from '../../../../support/store/store-journal.ts';
import { eventually } from '../../../../support/time/eventually.ts';

const [HISTORY, NEXT_HISTORY, NONE] = ['aa', 'bb', '00'];

describe('a primary that takes the place of another', () => {
  let journal: StoreJournal;
  let primaries: ShardPrimaries;
  let asked: number;

  beforeEach(() => {
    [journal, asked] = [new StoreJournal(), 0];
    const clock = () => 0;
    primaries = new ShardPrimaries({
      connection: () => ({
        nodes: new Set(),
        nodeOf: () => undefined,
        learnFrom: async () => true,
      }),
      required: new RequiredReplicas(undefined, clock),
      ledger: new Ledger(clock),
      writeAgain: async () => undefined,
      settleVisits: async () => undefined,
      observer: journal,
    });
  });
  afterEach(() => primaries.close());

  /** A node that answers INFO with what this returns. */
  const nodeOf = (info: () => string): ClusterNode =>
    new ClusterNode({ host: '127.0.0.1', port: 1 }, () => {
      const read = async (): Promise<string> => {
        asked += 1;
        return info();
      };
      return { read, close: async () => undefined } as unknown as RedisConnection;
    });
  const infoOf = (role: string, run: string, history: string, earlier: string): string =>
    `role:${role}\r\nrun_id:${run}\r\nmaster_replid:${history}\r\nmaster_replid2:${earlier}\r\n`;
  const changes = async (): Promise<unknown> =>
    eventually('change', () => journal.primaryChanges.length > 0 && journal.primaryChanges);

  it('is noticed, although it was seen before as a replica', async () => {
    primaries.connected(nodeOf(() => infoOf('master', 'f1', HISTORY, NONE)));
    await eventually('question', () => asked === 1);
    // The URL names it, so it is asked for the map while its primary is away.
    const replica = nodeOf(() => infoOf('slave', 'f2', HISTORY, NONE));
    primaries.connected(replica);
    await eventually('question', () => asked > 1);
    await replica.close();
    expect(journal.primaryChanges).to.deep.equal([]);
    primaries.connected(nodeOf(() => infoOf('master', 'f2', NEXT_HISTORY, HISTORY)));
    expect(await changes()).to.deep.equal([['f1', 'f2']]);
  });

  it('is noticed on the connection on which it was a replica', async () => {
    primaries.connected(nodeOf(() => infoOf('master', 'f1', HISTORY, NONE)));
    await eventually('question', () => asked === 1);
    let isPromoted = false;
    const promoted = nodeOf(() =>
      isPromoted
        ? infoOf('master', 'f2', NEXT_HISTORY, HISTORY)
        : infoOf('slave', 'f2', HISTORY, NONE),
    );
    primaries.connected(promoted);
    await eventually('question', () => asked > 1);
    isPromoted = true;
    expect(await changes()).to.deep.equal([['f1', 'f2']]);
  });

  it('is asked no more when its connection is closed as that of a replica', async () => {
    const replica = nodeOf(() => infoOf('slave', 'f2', HISTORY, NONE));
    primaries.connected(replica);
    await eventually('questions', () => asked > 1);
    await replica.close();
    // One more at most: that one ends it.
    const before = asked;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(asked - before).to.be.at.most(1);
  });
});
