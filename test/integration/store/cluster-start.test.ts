import { expect } from 'chai';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { scriptReply, startFakeNode } from '../../support/redis/fake-node.ts';
import type { FakeNode } from '../../support/redis/fake-node.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { openFakeCluster } from '../../support/store/open-fake-cluster.ts';
import { eventually } from '../../support/time/eventually.ts';

describe('a process that starts while nodes of a Cluster are down', () => {
  let nodes: FakeNode[];
  let down: FakeNode;
  let opened: OpenedStore;
  let journal: StoreJournal;

  beforeEach(async () => {
    nodes = await Promise.all(['a', 'b', 'c'].map(startFakeNode));
    for (const node of nodes) node.answer(permitted);
    [down] = nodes.slice(2) as [FakeNode];
    journal = new StoreJournal();
  });
  afterEach(async () => {
    await opened.close();
    await Promise.all(nodes.map((node) => node.close()));
  });

  const permitted = (words: readonly string[]): string =>
    scriptReply(words, (nonce) => `permitted ${nonce}`);
  /** How every node finds the last of the primaries. */
  const finds = (flags: string): void => {
    for (const node of nodes) {
      node.sees(nodes.map((primary) => (primary === down ? { primary, flags } : { primary })));
    }
  };
  const open = async (seeds: readonly FakeNode[] = nodes): Promise<void> => {
    opened = await openFakeCluster(seeds, journal);
  };
  const inspected = async (): Promise<string> =>
    opened.inspect().then(
      ({ kind }) => kind,
      ({ message }: Error) => message,
    );

  it('waits for it as long as the Cluster does not find that it is down', async () => {
    finds('master,fail?');
    await down.close();
    await open();
    const fault = /^no connection to .* of the store: ECONNREFUSED/;
    await eventually('fault', async () => fault.test(await inspected()));
    // Time for some more looks at the map.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await inspected()).to.match(fault);
  });

  it('goes on without it when the Cluster finds that it is down', async () => {
    finds('master,fail');
    await down.close();
    await open();
    await eventually('usable', async () => (await inspected()) === 'usable');
    expect(await opened.tryPermissions()).to.deep.equal([]);
    // Also when the others take it for well again, before this process has reached it.
    finds('master');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await inspected()).to.equal('usable');
  });

  it('does not begin when all parts are down', async () => {
    const replica = await startFakeNode('d');
    replica.sees(nodes.map((primary) => ({ primary, flags: 'master,fail' })));
    await Promise.all(nodes.map((node) => node.close()));
    nodes.push(replica);
    await open();
    await eventually('map', () => journal.shardStates.at(-1)?.down.length === 3);
    expect(await inspected()).to.match(/^no connection to the store/);
    const parts = journal.shardStates.at(-1)?.down ?? [];
    expect(parts.filter(({ hasReplicasKey }) => hasReplicasKey)).to.have.length(1);
  });

  it('says why only when it has asked every node of the URL in vain', async () => {
    const [first] = nodes;
    if (first === undefined) throw new Error('no node');
    await down.close();
    first.knows(first);
    await open([down, first]);
    await eventually('usable', async () => (await inspected()) === 'usable');
    expect(journal.causes).to.deep.equal([]);
    await first.close();
    const [cause] = await eventually('cause', () => journal.causes.length > 0 && journal.causes);
    expect(cause).to.match(/^ECONNREFUSED|the connection was lost/);
  });

  it('goes on when a part becomes silent later', async () => {
    finds('master');
    await open();
    await eventually('usable', async () => (await inspected()) === 'usable');
    down.hold();
    expect(await inspected()).to.equal('usable');
  });
});
