import { expect } from 'chai';
import { readClusterView } from '../../../../../src/store/redis/cluster/cluster-view.ts';
import type { ClusterView } from '../../../../../src/store/redis/cluster/cluster-view.ts';
import { RespError } from '../../../../../src/store/redis/wire/resp.ts';
import type { RespReply } from '../../../../../src/store/redis/wire/resp.ts';

const ASKED = { host: 'asked.example', port: 6379 };
const id = (digit: string): string => digit.repeat(40);
const node = (host: string | null, port = '6379', of = id('a')): RespReply => [host, port, of, []];
const nodesText = (epochs: Readonly<Record<string, number | string>>): string =>
  Object.entries(epochs)
    .map(([of, epoch]) => `${of} 10.0.0.1:6379@16379 master - 0 0 ${epoch} connected 0-16383\n`)
    .join('');

const ONE = nodesText({ [id('a')]: 7 });
const whole = (...nodes: RespReply[]): RespReply => [['0', '16383', ...nodes]];

function viewOf(slots: RespReply, nodes: RespReply = ONE): ClusterView {
  const view = readClusterView(slots, nodes, ASKED);
  if (typeof view === 'string') throw new Error(view);
  return view;
}

const wordsOf = ({ owners }: ClusterView) => [...new Set(owners.map((owner) => owner?.word))];

describe('the map of a Cluster as one node sees it', () => {
  it('has the owner of each place, and its config epoch', () => {
    const view = viewOf(whole(node('10.0.0.1'), node('10.0.0.2', '6380', id('b'))));
    expect(view.owners).to.have.length(257);
    expect(wordsOf(view)).to.deep.equal(['10.0.0.1:6379']);
    expect(view.owners[0]?.epoch).to.equal(7);
    expect([...view.nodes.keys()]).to.deep.equal(['10.0.0.1:6379', '10.0.0.2:6380']);
  });

  it('has which owners most of the primaries find to be down', () => {
    for (const [flags, isFailed] of [
      ['master', false],
      ['master,fail?', false],
      ['master,fail', true],
    ] as const) {
      const view = viewOf(whole(node('10.0.0.1')), ONE.replace('master', flags));
      expect(view.owners[0]?.isFailed, flags).to.equal(isFailed);
    }
  });

  it('may have holes', () => {
    const view = viewOf([['0', '8191', node('10.0.0.1')]]);
    expect(wordsOf(view)).to.have.members(['10.0.0.1:6379', undefined]);
    expect(wordsOf(viewOf([]))).to.deep.equal([undefined]);
  });

  it('has the host that was asked where a node names none', () => {
    for (const host of ['', null]) {
      expect(wordsOf(viewOf(whole(node(host, '7000'))))).to.deep.equal(['asked.example:7000']);
    }
  });

  it('has no owner where a node does not know its own name', () => {
    expect(wordsOf(viewOf(whole(node('?'))))).to.deep.equal([undefined]);
  });

  it('has names and addresses of version 6', () => {
    expect(wordsOf(viewOf(whole(node('Node-1.Example'))))).to.deep.equal(['node-1.example:6379']);
    expect(wordsOf(viewOf(whole(node('fe80::1'))))).to.deep.equal(['[fe80::1]:6379']);
  });

  const refused: Readonly<Record<string, readonly [RespReply, RespReply?]>> = {
    'no list': ['OK'],
    nothing: [null],
    'an error within': [[new RespError('ERR of another')]],
    'a range of text': [['0-16383']],
    'a range without a primary': [[['0', '16383']]],
    'a slot beyond the last': [[['0', '16384', node('10.0.0.1')]]],
    'a slot below the first': [[['-1', '5', node('10.0.0.1')]]],
    'a slot that is no number': [[['a', '5', node('10.0.0.1')]]],
    'a range that ends before it begins': [[['6', '5', node('10.0.0.1')]]],
    'a slot twice': [
      [
        ['0', '16383', node('10.0.0.1')],
        ['5', '16383', node('10.0.0.2')],
      ],
    ],
    'too many ranges': [Array.from({ length: 16_385 }, () => ['0', '0', node('10.0.0.1')])],
    'port 0': [whole(node('10.0.0.1', '0'))],
    'a port beyond the last': [whole(node('10.0.0.1', '65536'))],
    'a port that is no number': [whole(node('10.0.0.1', '6e3'))],
    'a replica with such a port': [whole(node('10.0.0.1'), node('10.0.0.2', '99999'))],
    'a host with a space': [whole(node('10.0.0.1 10.0.0.2'))],
    'a host with a line break': [whole(node('10.0.0.1\r\nx'))],
    'a host that is too long': [whole(node('a'.repeat(254)))],
    'a node without an id': [whole(['10.0.0.1', '6379'])],
    'an id of another form': [whole(node('10.0.0.1', '6379', 'A'.repeat(40)))],
    'a primary without an epoch': [whole(node('10.0.0.1', '6379', id('c')))],
    'epochs that are no text': [whole(node('10.0.0.1')), ['a']],
    'an epoch that is no number': [whole(node('10.0.0.1')), nodesText({ [id('a')]: 'x' })],
    'a line without an id': [whole(node('10.0.0.1')), 'vars currentEpoch 5\n'],
    'too many lines': [whole(node('10.0.0.1')), ONE.repeat(4_097)],
  };
  for (const [what, [slots, nodes = ONE]] of Object.entries(refused)) {
    it(`is refused with ${what}, and the reason names no address`, () => {
      const why = readClusterView(slots, nodes, ASKED);
      expect(why).to.be.a('string');
      expect(why).to.not.match(/10\.0|example|aaaa/);
    });
  }
});
