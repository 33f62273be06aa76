import { expect } from 'chai';
import type { HpackDecoder } from '../../../../src/http2/hpack/hpack-decoder.ts';
import { KnownBlocks } from '../../../../src/http2/hpack/known-blocks.ts';
import { decode, hex, indexed, literal, newDecoder, sizeUpdate } from './header-blocks.ts';
import type { Field } from './header-blocks.ts';

/**
 * The header blocks that Envoy 1.40 sends for the first call of a connection, and for every later
 * one.
 */
const ENVOY_FIRST = hex(`
  83 04 9f60b5773fa5d05b3b98855c76a675fbb2bc36a673d86f63498f5317a7293aff 41 8525b64a5f1f 86
  40 02 7465 86 4d833505b11f 40 89 9acac8b24d494f6a7f 83 1360a7 5f 8b 1d75d0620d263d4c4d6564
  40 8c f2b16aee7f4b1aa496ca8747 83 4d9697 40 8b f2b4a7b3c0ec90b22d29ec 87 0be25c0b89717f
  40 96 f2b16aee7f4b17cd65224b22d6765926a4a7b52b528f 82 1360`);
const ENVOY_LATER = hex(`
  83 04 9f60b5773fa5d05b3b98855c76a675fbb2bc36a673d86f63498f5317a7293aff c4 86 c3 c2 c1 c0 bf be`);

describe('KnownBlocks', () => {
  it('recognise the block that Envoy repeats', () => {
    const { known, learn, find } = start();
    const first = learn(ENVOY_FIRST);
    expect(find(ENVOY_LATER)).to.equal(undefined);
    const later = learn(ENVOY_LATER);
    expect(later).to.deep.equal(first);
    expect(later.map(([name]) => name)).to.deep.equal([
      ':method',
      ':path',
      ':authority',
      ':scheme',
      'te',
      'grpc-timeout',
      'content-type',
      'x-envoy-internal',
      'x-forwarded-for',
      'x-envoy-expected-rq-timeout-ms',
    ]);
    expect(find(ENVOY_LATER)).to.equal(later);
    expect(
      known.find(Buffer.from(`..${ENVOY_LATER}..`, 'latin1'), 2, 2 + ENVOY_LATER.length),
    ).to.equal(later);
    expect(find(ENVOY_FIRST)).to.equal(undefined);
  });

  it('do not recognise a block that differs in its first or last byte', () => {
    const { learn, find } = start();
    learn(indexed(2) + indexed(3) + indexed(4));
    expect(find(indexed(1) + indexed(3) + indexed(4))).to.equal(undefined);
    expect(find(indexed(2) + indexed(3) + indexed(5))).to.equal(undefined);
    expect(find(indexed(2) + indexed(3))).to.equal(undefined);
    expect(find(indexed(2) + indexed(3) + indexed(4) + indexed(4))).to.equal(undefined);
    expect(find('')).to.equal(undefined);
  });

  it('forget all blocks when an entry is added to the table, because the same bytes now mean something else', () => {
    const { learn, find, decoder } = start();
    learn(literal('indexing', 'a', 'old'));
    expect(learn(indexed(62))).to.deep.equal([['a', 'old']]);
    expect(find(indexed(62))).to.deep.equal([['a', 'old']]);
    decode(decoder, literal('indexing', 'a', 'new'));
    expect(find(indexed(62))).to.equal(undefined);
    expect(learn(indexed(62))).to.deep.equal([['a', 'new']]);
    expect(find(indexed(62))).to.deep.equal([['a', 'new']]);
  });

  it('forget all blocks when the size of the table is set, even to the same size', () => {
    const { learn, find, decoder } = start();
    learn(indexed(2));
    decode(decoder, sizeUpdate(4096));
    expect(find(indexed(2))).to.equal(undefined);
  });

  it('never recognise a block that changes the table, because the change must happen each time', () => {
    const { learn, find } = start();
    for (const block of [
      literal('indexing', 'a', 'b'),
      literal('indexing', 'larger than the table', 'x'.repeat(500)),
      sizeUpdate(4096) + indexed(2),
      sizeUpdate(100) + indexed(2),
    ]) {
      learn(block);
      expect(find(block)).to.equal(undefined);
    }
  });

  it('do not recognise old blocks after the first block with a changed table', () => {
    const { learn, find } = start();
    const old = [indexed(2), indexed(3), indexed(4)];
    for (const block of old) learn(block);
    learn(literal('indexing', 'a', 'b'));
    learn(indexed(5));
    for (const block of old) expect(find(block)).to.equal(undefined);
    expect(find(indexed(5))).to.not.equal(undefined);
  });

  it('keep 8 blocks, and drop the oldest for a ninth', () => {
    const { learn, find } = start();
    const blocks = Array.from({ length: 9 }, (_, index) => indexed(index + 1));
    for (const block of blocks.slice(0, 8)) learn(block);
    for (const block of blocks.slice(0, 8)) expect(find(block)).to.not.equal(undefined);
    learn(indexed(9));
    expect(find(indexed(1))).to.equal(undefined);
    for (const block of blocks.slice(1)) expect(find(block)).to.not.equal(undefined);
  });

  it('keep blocks of up to 512 bytes', () => {
    const { learn, find } = start();
    const longest = indexed(2).repeat(512);
    learn(longest);
    learn(`${longest}\x82`);
    expect(find(longest)).to.have.lengthOf(512);
    expect(find(`${longest}\x82`)).to.equal(undefined);
  });

  it('keep a copy of the bytes, whatever happens to the buffer that they came in', () => {
    const decoder = newDecoder();
    const known = new KnownBlocks<string>(decoder);
    const bytes = Buffer.from(indexed(2), 'latin1');
    decode(decoder, indexed(2));
    known.remember(bytes, 0, 1, 'GET');
    bytes.fill(0x83);
    expect(known.find(bytes, 0, 1)).to.equal(undefined);
    expect(known.find(Buffer.from(indexed(2), 'latin1'), 0, 1)).to.equal('GET');
  });
});

interface Start {
  readonly decoder: HpackDecoder;
  readonly known: KnownBlocks<readonly Field[]>;
  /** Decodes the block and remembers its fields. */
  learn(block: string): readonly Field[];
  find(block: string): readonly Field[] | undefined;
}

function start(): Start {
  const decoder = newDecoder();
  const known = new KnownBlocks<readonly Field[]>(decoder);
  return {
    decoder,
    known,
    learn: (block) => {
      const { fields } = decode(decoder, block);
      known.remember(Buffer.from(block, 'latin1'), 0, block.length, fields);
      return fields;
    },
    find: (block) => known.find(Buffer.from(block, 'latin1'), 0, block.length),
  };
}
