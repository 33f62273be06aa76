import { expect } from 'chai';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { keySlot } from '../../../src/store/redis/cluster/key-slot.ts';
import { scriptReply, startFakeNode } from '../../support/redis/fake-node.ts';
import type { FakeNode, FakeShard } from '../../support/redis/fake-node.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { keyOf, sourceWith, touchOf } from '../../support/store/store-requests.ts';
import { openFakeCluster } from '../../support/store/open-fake-cluster.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

/** More than are asked for the map at a time. */
const PRIMARIES = 8;
/** A session on the first primary. */
const NAME =
  Array.from({ length: 64 }, (_, index) => `session ${index}`).find(
    (name) => slotOf(name) < 16_384 / PRIMARIES,
  ) ?? '';
const [HISTORY, NEXT_HISTORY] = ['aa', 'bb'];

describe('a new primary of which the map does not know yet', () => {
  let nodes: FakeNode[];
  let promoted: FakeNode;
  let opened: OpenedStore;
  let journal: StoreJournal;
  let before: FakeShard[];

  beforeEach(async () => {
    nodes = await Promise.all(
      Array.from({ length: PRIMARIES }, (_, index) => startFakeNode(index.toString(16))),
    );
    promoted = await startFakeNode('f');
    before = nodes.map((primary, index) =>
      index === 0 ? { primary, replicas: [promoted] } : { primary },
    );
    for (const [index, node] of [...nodes, promoted].entries()) {
      node.sees(before);
      node.answer(ended);
      node.says('role:master', `run_id:f${index}`, `master_replid:${index}${HISTORY}`);
    }
    journal = new StoreJournal();
    opened = await openFakeCluster(nodes, journal);
    await eventually('all places', () => opened.inspect());
  });
  afterEach(async () => {
    await opened.close();
    await Promise.all([...nodes, promoted].map((node) => node.close()));
  });

  const ended = (words: readonly string[]): string =>
    scriptReply(words, (nonce) => `ended ${nonce} 1700000000000 - - web`);

  /** Ends a session, and lets the former primary redirect to the new one. Returns when that is known. */
  async function promote(): Promise<void> {
    const source = { source: 'web', retentionMs: sourceWith().retentionMs };
    await opened.store.end({ key: keyOf(NAME), source, by: 'revoked' });
    expect(journal.writtenAgainCounts).to.deep.equal([]);
    const history = [`master_replid:${NEXT_HISTORY}`, `master_replid2:0${HISTORY}`];
    promoted.says('role:master', 'run_id:ff', ...history);
    nodes[0]?.answer(() => `-MOVED ${slotOf(NAME)} 127.0.0.1:${promoted.port}\r\n`);
    await touched(opened.store, touchOf(NAME)).catch(() => undefined);
    await eventually('change', () => journal.primaryChanges.length === 1);
  }
  const after = (): FakeShard[] => [{ primary: promoted, epoch: 9 }, ...before.slice(1)];
  const isWritten = async (): Promise<void> => {
    await eventually('end', () => journal.writtenAgainCounts.length > 0);
    expect(journal.writtenAgainCounts).to.deep.equal([1]);
    expect(journal.primaryChanges).to.deep.equal([['f0', 'ff']]);
  };

  it('gets the ends that it may lack when no other one knows of it', async () => {
    promoted.sees(after());
    await promote();
    await isWritten();
  });

  it('gets them when it has its part, although its connection was closed meanwhile', async () => {
    await promote();
    await eventually('closed connection', () => promoted.open === 0);
    expect(journal.writtenAgainCounts).to.deep.equal([]);
    for (const node of [...nodes, promoted]) node.sees(after());
    await isWritten();
  });
});

function slotOf(name: string): number {
  return keySlot(partitionOf(keyOf(name)).events);
}
