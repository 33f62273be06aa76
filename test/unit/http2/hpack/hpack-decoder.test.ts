import { expect } from 'chai';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { HpackDecoder } from '../../../../src/http2/hpack/hpack-decoder.ts';
import { HpackFault } from '../../../../src/http2/hpack/hpack-fault.ts';
import {
  decode,
  fieldsOf,
  hex,
  indexed,
  literal,
  newDecoder,
  sizeUpdate,
  tableOf,
} from './header-blocks.ts';
import type { Field } from './header-blocks.ts';

const NAME_VALUE: Field = ['name', 'value'];
const ENTRY = literal('indexing', 'name', 'value');

describe('HpackDecoder, what it refuses', () => {
  const refused: [title: string, block: string, message: string][] = [
    ['an index of 0', hex('80'), 'index 0'],
    ['an index past the empty table', indexed(62), 'index past the end of the table'],
    ['an index past the entries', ENTRY + indexed(63), 'index past the end of the table'],
    ['an index that needs three octets', indexed(20_000), 'index past the end of the table'],
    [
      'a name past the table, to be indexed',
      literal('indexing', 62, 'x'),
      'index past the end of the table',
    ],
    [
      'a name past the table, not indexed',
      literal('plain', 62, 'x'),
      'index past the end of the table',
    ],
    [
      'a name past the table, never indexed',
      literal('never', 62, 'x'),
      'index past the end of the table',
    ],
    ['an unfinished index', hex('ff'), 'unfinished number'],
    ['an unfinished longer index', hex('ff8080'), 'unfinished number'],
    ['a number of five octets', hex('ff8080808001'), 'number of too many octets'],
    ['a number of five octets that are zero', hex('0a7f8080808000'), 'number of too many octets'],
    ['a number that would overflow', hex('ffffffffffffffffff0f'), 'number of too many octets'],
    ['an endless number', `\xff${'\x80'.repeat(9_000)}`, 'number of too many octets'],
    ['a missing name', hex('00'), 'unfinished field'],
    ['a missing value', hex('000161'), 'unfinished field'],
    ['a missing value of an indexed name', hex('04'), 'unfinished field'],
    ['a name past the end', hex('000261'), 'string past the end'],
    ['a value past the end', hex('0001610261'), 'string past the end'],
    ['a length far past the end', hex('0001617fffffff7f61'), 'string past the end'],
    ['EOS as a string', hex('000161 84 ffffffff'), 'EOS in a Huffman string'],
    ['EOS after a symbol', hex('000161 85 f8ffffffff'), 'EOS in a Huffman string'],
    ['EOS before a symbol', hex('000161 85 ffffffff1f'), 'EOS in a Huffman string'],
    ['EOS in a name', hex('0084 ffffffff 0161'), 'EOS in a Huffman string'],
    ['padding of 8 bits', hex('000161 81 ff'), 'bad padding of a Huffman string'],
    ['padding of 8 bits after a symbol', hex('000161 82 f8ff'), 'bad padding of a Huffman string'],
    ['padding of 29 bits', hex('000161 84 fffffff8'), 'bad padding of a Huffman string'],
    ['padding of zeros', hex('000161 81 18'), 'bad padding of a Huffman string'],
    ['a table above our limit', sizeUpdate(4097), 'table size above our limit'],
    ['a table far above our limit', sizeUpdate(2 ** 27), 'table size above our limit'],
    ['a table size after a field', indexed(2) + sizeUpdate(100), 'table size update after a field'],
    [
      'a third table size',
      sizeUpdate(0) + sizeUpdate(1) + sizeUpdate(2),
      'too many table size updates',
    ],
    ['an unfinished table size', hex('3f'), 'unfinished number'],
  ];
  for (const [title, block, message] of refused) {
    it(title, () => {
      expect(() => decode(newDecoder(), block)).to.throw(HpackFault, message);
    });
  }

  it('every block cut inside a field, but not one cut between two fields', () => {
    const parts = [
      sizeUpdate(2048),
      indexed(2),
      literal('indexing', 'name', 'value'),
      literal('indexing', 'other', 'x'.repeat(300)),
      indexed(62),
      literal('plain', 4, '/path', true),
      literal('never', 63, 'secret'),
      literal('plain', 'a-name', 'a value', true),
      literal('indexing', 62, '', true),
      literal('plain', '', ''),
    ];
    const whole = parts.join('');
    const fields = fieldsOf(newDecoder(), whole);
    const ends = parts.map((_, index) => parts.slice(0, index + 1).join('').length);
    expect(fields).to.have.lengthOf(parts.length - 1);
    for (let length = 1; length < whole.length; length += 1) {
      const cut = (): readonly Field[] => fieldsOf(newDecoder(), whole.slice(0, length));
      const partCount = ends.indexOf(length) + 1;
      if (partCount > 0) expect(cut()).to.deep.equal(fields.slice(0, partCount - 1));
      else expect(cut, `cut at ${length}`).to.throw(HpackFault);
    }
  });

  it('without repeating what the peer sent', () => {
    const secret = literal('plain', 'authorization', 'Bearer s3cret').slice(0, -1);
    expect(() => decode(newDecoder(), secret))
      .to.throw(HpackFault)
      .with.property('message')
      .that.equals('string past the end');
  });
});

describe('HpackDecoder, what it accepts', () => {
  it('an empty block', () => {
    expect(decode(newDecoder(), '')).to.deep.equal({ fields: [], list: 'complete' });
  });

  it('numbers longer than necessary, up to 4 octets after the prefix', () => {
    const value = 'x'.repeat(127);
    const block = hex('000161 7f80808000') + value;
    expect(fieldsOf(newDecoder(), block)).to.deep.equal([['a', value]]);
  });

  it('every byte in names and values, Huffman-coded or not', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
    for (const isHuffman of [false, true]) {
      const block = literal('indexing', bytes, bytes.repeat(3), isHuffman) + indexed(62);
      const field = [bytes, bytes.repeat(3)];
      expect(fieldsOf(newDecoder(), block)).to.deep.equal([field, field]);
    }
  });

  it('Huffman-coded text that is longer than the shared buffer', () => {
    const text = '0'.repeat(100_000);
    expect(fieldsOf(newDecoder(), literal('plain', 'a', text, true))).to.deep.equal([['a', text]]);
    // The longest text that fits, and one character more.
    for (const length of [4095, 4096, 4097]) {
      const short = '0'.repeat(length);
      expect(fieldsOf(newDecoder(), literal('plain', 'a', short, true))).to.deep.equal([
        ['a', short],
      ]);
    }
  });

  it('two table sizes at the start of a block, of which the smaller one empties the table', () => {
    const decoder = newDecoder();
    decode(decoder, ENTRY);
    expect(fieldsOf(decoder, sizeUpdate(0) + sizeUpdate(4096) + indexed(2))).to.have.lengthOf(1);
    expect(tableOf(decoder)).to.deep.equal([]);
    decode(decoder, ENTRY);
    expect(tableOf(decoder)).to.deep.equal([NAME_VALUE]);
  });

  it('any number of entries, and keeps the newest that fit into the table', () => {
    const decoder = newDecoder();
    const entries = Array.from({ length: 400 }, (_, index): Field => ['n', String(1000 + index)]);
    const entryMax = Math.floor(4096 / (32 + 5));
    for (const [index, [name, value]] of entries.entries()) {
      decode(decoder, literal('indexing', name, value));
      const held = entries.slice(Math.max(0, index + 1 - entryMax), index + 1);
      expect(tableOf(decoder)).to.deep.equal(held.toReversed());
    }
    // Down to a few entries and up again, while the ring starts in the middle of its slots.
    decode(decoder, sizeUpdate(200) + sizeUpdate(4096));
    expect(tableOf(decoder)).to.deep.equal(entries.slice(-5).toReversed());
    decode(decoder, ENTRY);
    expect(tableOf(decoder)).to.deep.equal([NAME_VALUE, ...entries.slice(-5).toReversed()]);
  });

  it('an entry larger than the table, which empties it', () => {
    const decoder = newDecoder();
    decode(decoder, sizeUpdate(100) + ENTRY);
    expect(tableOf(decoder)).to.deep.equal([NAME_VALUE]);
    // 32 + 1 + 68 is one byte too many.
    expect(fieldsOf(decoder, literal('indexing', 'a', 'b'.repeat(68)))).to.have.lengthOf(1);
    expect(tableOf(decoder)).to.deep.equal([]);
    expect(decoder.tableSize).to.equal(0);
    decode(decoder, literal('indexing', 'a', 'b'.repeat(67)));
    expect(decoder.tableSize).to.equal(100);
  });

  it('an entry that takes its name from the entry that it evicts', () => {
    const decoder = newDecoder();
    decode(decoder, sizeUpdate(45) + ENTRY);
    expect(fieldsOf(decoder, literal('indexing', 62, 'other'))).to.deep.equal([['name', 'other']]);
    expect(tableOf(decoder)).to.deep.equal([['name', 'other']]);
  });
});

describe('HpackDecoder, a table of ours that is smaller than the initial one', () => {
  it('may be exceeded until the peer has acknowledged it', () => {
    const decoder = newDecoder({ tableSizeMax: 100 });
    decode(decoder, sizeUpdate(4096) + ENTRY);
    expect(tableOf(decoder)).to.deep.equal([NAME_VALUE]);
  });

  it('must be announced by the first block after that', () => {
    const silent = newDecoder({ tableSizeMax: 100 });
    silent.settingsAcknowledged();
    expect(() => decode(silent, indexed(2))).to.throw(HpackFault, 'table size update missing');
    const announcing = newDecoder({ tableSizeMax: 100 });
    announcing.settingsAcknowledged();
    decode(announcing, sizeUpdate(100) + indexed(2));
    expect(fieldsOf(announcing, indexed(2))).to.deep.equal([[':method', 'GET']]);
    expect(() => decode(announcing, sizeUpdate(101))).to.throw(HpackFault, 'above our limit');
  });

  it('need not be announced if the table is not larger anyway', () => {
    const early = newDecoder({ tableSizeMax: 100 });
    decode(early, sizeUpdate(50));
    early.settingsAcknowledged();
    expect(fieldsOf(early, indexed(2))).to.have.lengthOf(1);
    const equal = newDecoder();
    equal.settingsAcknowledged();
    expect(fieldsOf(equal, indexed(2))).to.have.lengthOf(1);
  });

  it('has no entries if its size is 0', () => {
    const decoder = newDecoder({ tableSizeMax: 0 });
    decode(decoder, ENTRY);
    decoder.settingsAcknowledged();
    decode(decoder, sizeUpdate(0) + ENTRY);
    expect(tableOf(decoder)).to.deep.equal([]);
  });

  it('may grow if the peer announces it', () => {
    const decoder = newDecoder({ tableSizeMax: 8192 });
    decode(decoder, sizeUpdate(8192) + literal('indexing', 'a', 'b'.repeat(8000)));
    expect(decoder.tableSize).to.equal(8033);
    expect(() => decode(decoder, sizeUpdate(8193))).to.throw(HpackFault, 'above our limit');
  });
});

describe('HpackDecoder, a list above its limit', () => {
  // 32 + 1 + 2 for each field.
  const field = literal('plain', 'a', 'bc');

  it('is complete at the limit, and oversized one byte above it', () => {
    expect(decode(newDecoder({ listSizeMax: 70 }), field + field).list).to.equal('complete');
    const { list, fields } = decode(newDecoder({ listSizeMax: 69 }), field + field);
    expect(list).to.equal('oversized');
    expect(fields).to.deep.equal([['a', 'bc']]);
  });

  it('counts fields from the tables', () => {
    const block = indexed(2); // 32 + 7 + 3
    expect(decode(newDecoder({ listSizeMax: 42 }), block).list).to.equal('complete');
    expect(decode(newDecoder({ listSizeMax: 41 }), block).list).to.equal('oversized');
  });

  it('reports no field after the one that exceeded the limit, however small', () => {
    const large = literal('plain', 'a', 'b'.repeat(500));
    expect(fieldsOf(newDecoder({ listSizeMax: 100 }), field + large + field)).to.have.lengthOf(1);
  });

  it('is decoded to its end, so that the next block finds the right table', () => {
    const decoder = newDecoder({ listSizeMax: 50 });
    const { list } = decode(decoder, field + field + ENTRY);
    expect(list).to.equal('oversized');
    expect(decode(decoder, indexed(62))).to.deep.equal({ fields: [NAME_VALUE], list: 'complete' });
  });

  it('still reports a fault after the limit', () => {
    expect(() => decode(newDecoder({ listSizeMax: 10 }), field + hex('80'))).to.throw(HpackFault);
  });

  it('does not build text from a small block that refers to a large entry a thousand times', () => {
    const decoder = newDecoder({ listSizeMax: 8192 });
    decode(decoder, literal('indexing', 'a', 'b'.repeat(4000)));
    const { list, fields } = decode(decoder, indexed(62).repeat(100_000));
    expect(list).to.equal('oversized');
    expect(fields).to.have.lengthOf(2);
  });
});

describe('HpackDecoder, between two blocks', () => {
  it('keeps no buffer of the socket', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const decoder = newDecoder();
    const bytes = new WeakRef(decodeOwnBuffer(decoder));
    await nextTurn();
    collect();
    expect(bytes.deref()).to.equal(undefined);
    expect(tableOf(decoder)).to.deep.equal([NAME_VALUE]);
  });
});

/** A separate function, so that no variable keeps the buffer. */
function decodeOwnBuffer(decoder: HpackDecoder): ArrayBufferLike {
  const bytes = Buffer.from(new ArrayBuffer(70_000));
  bytes.write(ENTRY, 'latin1');
  decoder.decode(bytes, 0, ENTRY.length, () => {});
  return bytes.buffer;
}

describe('HpackDecoder, generation', () => {
  it('stays the same while the table does', () => {
    const decoder = newDecoder();
    decode(decoder, ENTRY);
    const { generation } = decoder;
    for (const block of [indexed(62), literal('plain', 62, 'x'), literal('never', 'a', 'b'), '']) {
      decode(decoder, block);
      expect(decoder.generation).to.equal(generation);
      expect(decoder.changedTable).to.equal(false);
    }
  });

  it('changes with every entry and every size, even if neither changes the entries', () => {
    const decoder = newDecoder();
    const seen = new Set([decoder.generation]);
    const blocks = [
      ENTRY,
      ENTRY,
      sizeUpdate(4096),
      sizeUpdate(0),
      literal('indexing', 'a', 'larger than the table'),
    ];
    for (const block of blocks) {
      decode(decoder, block);
      expect(decoder.changedTable).to.equal(true);
      seen.add(decoder.generation);
    }
    expect(seen.size).to.equal(blocks.length + 1);
  });
});
