import { expect } from 'chai';
import type { ClusterView } from '../../../../../src/store/redis/cluster/cluster-view.ts';
import { SlotMap } from '../../../../../src/store/redis/cluster/slot-map.ts';

const addressOf = (word: string) => ({ host: word.split(':')[0] ?? '', port: 6379 });

/** A view in which one node has everything; without a word nobody has. */
function view(
  word: string | undefined,
  epoch = 0,
  also: readonly string[] = [],
  isFailed = false,
): ClusterView {
  const words = [...(word === undefined ? [] : [word]), ...also];
  const owner =
    word === undefined ? undefined : { address: addressOf(word), word, epoch, isFailed };
  return {
    owners: Array.from({ length: 257 }, () => owner),
    nodes: new Map(words.map((each) => [each, addressOf(each)])),
  };
}

const OLD = 'old:6379';
const NEW = 'new:6379';

describe('the map that several nodes settle', () => {
  let map: SlotMap;
  beforeEach(() => (map = new SlotMap()));
  const owner = () => map.owners[0]?.word;

  it('names nobody before a node has answered', () => {
    expect(owner()).to.equal(undefined);
  });

  for (const [what, views] of [
    ['first', [view(NEW, 8), view(OLD, 3), view(OLD, 3)]],
    ['last', [view(OLD, 3), view(OLD, 3), view(NEW, 8)]],
  ] as const) {
    it(`has the owner of the highest config epoch, if it is named ${what} and by few`, () => {
      map.settle(views, 0);
      expect(owner()).to.equal(NEW);
    });
  }

  it('is filled by another node where one has a hole', () => {
    map.settle([view(undefined), view(OLD, 3)], 0);
    expect(owner()).to.equal(OLD);
  });

  it('keeps the newer owner for five seconds, if only nodes that do not know it answer', () => {
    map.settle([view(NEW, 8)], 0);
    map.settle([view(OLD, 3)], 4_999);
    expect(owner()).to.equal(NEW);
    map.settle([view(OLD, 3)], 5_000);
    expect(owner()).to.equal(OLD);
  });

  it('keeps it as long as it is confirmed', () => {
    map.settle([view(NEW, 8)], 0);
    map.settle([view(NEW, 8)], 4_000);
    map.settle([view(OLD, 3)], 8_000);
    expect(owner()).to.equal(NEW);
  });

  it('finds an owner to be down if one node says so, until none does', () => {
    const isFailed = () => map.owners[0]?.isFailed;
    map.settle([view(OLD, 3), view(OLD, 3, [], true), view(OLD, 3)], 0);
    expect(isFailed()).to.equal(true);
    map.settle([view(OLD, 3)], 1_000);
    expect(isFailed()).to.equal(false);
    map.settle([view(OLD, 3, [], true), view(NEW, 8)], 2_000);
    expect([owner(), isFailed()]).to.deep.equal([NEW, false]);
  });

  it('follows MOVED at once, and then what the nodes say', () => {
    map.settle([view(OLD, 9, [NEW])], 0);
    map.moved(0, NEW);
    expect(owner()).to.equal(NEW);
    expect(map.owners[1]?.word).to.equal(OLD);
    map.settle([view(OLD, 9, [NEW])], 50);
    expect(owner()).to.equal(OLD);
  });

  it('does not follow MOVED to a node that no map has named', () => {
    map.settle([view(OLD, 3)], 0);
    map.moved(0, NEW);
    expect(owner()).to.equal(OLD);
  });

  it('remembers named nodes for a minute', () => {
    map.settle([view(OLD, 3, [NEW])], 0);
    map.settle([view(OLD, 3)], 60_000);
    expect(map.named(NEW)).to.deep.equal({ host: 'new', port: 6379 });
    map.settle([view(OLD, 3)], 60_001);
    expect(map.named(NEW)).to.equal(undefined);
  });
});
