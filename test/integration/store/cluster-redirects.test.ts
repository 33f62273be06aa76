import { expect } from 'chai';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { keySlot } from '../../../src/store/redis/cluster/key-slot.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import { scriptReply, startFakeNode } from '../../support/redis/fake-node.ts';
import type { FakeNode } from '../../support/redis/fake-node.ts';
import { StoreJournal } from '../../support/store/store-journal.ts';
import { keyOf, touchOf } from '../../support/store/store-requests.ts';
import { openFakeCluster } from '../../support/store/open-fake-cluster.ts';
import { touched } from '../../support/store/touched.ts';
import { eventually } from '../../support/time/eventually.ts';

const NAME = 'one';
const SLOT = keySlot(partitionOf(keyOf(NAME)).events);

describe('a node of a Cluster that redirects', () => {
  let one: FakeNode;
  let other: FakeNode;
  let unknown: FakeNode;
  let opened: OpenedStore;
  let journal: StoreJournal;

  beforeEach(async () => {
    one = await startFakeNode('a');
    other = await startFakeNode('b');
    unknown = await startFakeNode('c');
    for (const node of [one, other]) node.knows(one, other);
    journal = new StoreJournal();
    opened = await openFakeCluster([one], journal);
    await eventually('all places', () => opened.inspect());
  });
  afterEach(async () => {
    await opened.close();
    await Promise.all([one, other, unknown].map((node) => node.close()));
  });

  const to = (word: string, { port }: { readonly port: number | string }, host = '127.0.0.1') =>
    `-${word} ${SLOT} ${host}:${port}\r\n`;
  const unknownTo = (words: readonly string[]): string =>
    scriptReply(words, (nonce) => `unknown ${nonce} 1700000000000`);
  const ask = async (): Promise<string> =>
    touched(opened.store, touchOf(NAME)).then(
      ({ kind }) => kind,
      ({ message }: Error) => message,
    );

  it('to a node that the map has named is followed', async () => {
    one.answer(() => to('MOVED', other));
    other.answer(unknownTo);
    expect(await ask()).to.equal('unknown');
    expect([one.scripts.length, other.scripts.length]).to.deep.equal([1, 1]);
  });

  it('to the same host, which it does not name, is followed', async () => {
    one.answer(() => to('MOVED', other, ''));
    other.answer(unknownTo);
    expect(await ask()).to.equal('unknown');
  });

  it('by ASK is followed with ASKING and the whole script in one write', async () => {
    one.answer(() => to('ASK', other));
    other.answer(unknownTo);
    expect(await ask()).to.equal('unknown');
    expect(other.scripts).to.deep.equal(['ASKING', 'EVAL']);
    expect(await ask()).to.equal('unknown');
    expect(one.scripts, 'ASK is not learned').to.have.length(2);
    expect(other.scripts.slice(2), 'whole each time').to.deep.equal(['ASKING', 'EVAL']);
  });

  it('to an address that no map has named is not followed, and reported', async () => {
    one.answer(() => to('MOVED', unknown));
    expect(await ask()).to.equal('the nodes of the Cluster do not agree where this is');
    expect(unknown.connections).to.equal(0);
    expect(journal.redirectedAways).to.deep.equal([
      [`127.0.0.1:${one.port}`, `127.0.0.1:${unknown.port}`],
    ]);
  });

  it('to an address that the next map names is followed within the same call', async () => {
    one.answer(() => {
      one.knows(one, other, unknown);
      return to('MOVED', unknown);
    });
    unknown.answer(unknownTo);
    expect(await ask()).to.equal('unknown');
  });

  it('in a circle is followed once', async () => {
    one.answer(() => to('MOVED', other));
    other.answer(() => to('MOVED', one));
    expect(await ask()).to.equal('the nodes of the Cluster do not agree where this is');
    expect([...one.scripts, ...other.scripts]).to.have.length(2);
  });

  it('by ASK in a circle is followed twice', async () => {
    one.answer(() => to('ASK', other));
    other.answer(() => to('ASK', one));
    expect(await ask()).to.equal('the nodes of the Cluster do not agree where this is');
    const asked = [...one.scripts, ...other.scripts].filter((word) => word !== 'ASKING');
    expect(asked).to.have.length(3);
  });

  for (const text of [
    'MOVED',
    `MOVED ${SLOT}`,
    `MOVED ${(SLOT + 1) % 16_384} 127.0.0.1:1`,
    'ASK x',
  ]) {
    it(`with '${text}' is not followed`, async () => {
      one.answer(() => `-${text}\r\n`);
      expect(await ask()).to.equal('the nodes of the Cluster do not agree where this is');
      expect(one.scripts).to.have.length(1);
    });
  }

  it('is asked once more after TRYAGAIN, and no third time', async () => {
    one.answer((words) =>
      one.scripts.length < 2 ? '-TRYAGAIN Multiple keys\r\n' : unknownTo(words),
    );
    expect(await ask()).to.equal('unknown');
    one.answer(() => '-TRYAGAIN Multiple keys\r\n');
    expect(await ask()).to.match(/TRYAGAIN/);
    expect(one.scripts).to.have.length(4);
  });

  it('is asked once when the Cluster is down', async () => {
    one.answer(() => '-CLUSTERDOWN Hash slot not served\r\n');
    expect(await ask()).to.match(/CLUSTERDOWN/);
    expect(one.scripts).to.have.length(1);
  });

  it('is not asked again by a call whose deadline is too near', async () => {
    one.answer(() => '-TRYAGAIN Multiple keys\r\n');
    const answer = await new Promise<string>((resolve) => {
      opened.store.touch(touchOf(NAME), performance.now() + 15, {
        touched: ({ kind }) => resolve(kind),
        failed: ({ message }) => resolve(message),
      });
    });
    expect(answer).to.not.equal('unknown');
    expect(one.scripts).to.have.length(1);
  });
});
