import { expect } from 'chai';
import * as fc from 'fast-check';
import { headerField } from '../../../../src/http2/hpack/encode-header.ts';
import { HpackFault } from '../../../../src/http2/hpack/hpack-fault.ts';
import {
  STATIC_INDEX_MAX,
  STATIC_NAMES,
  STATIC_VALUES,
} from '../../../../src/http2/hpack/static-table.ts';
import {
  decode,
  fieldsOf,
  indexed,
  literal,
  newDecoder,
  sizeUpdate,
  tableOf,
} from './header-blocks.ts';
import type { Field, Literal } from './header-blocks.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

const text = fc.oneof(
  fc.constantFrom('', 'a', 'x-request-id', ':path', 'application/grpc', '\0', '\xff'),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom('long '.repeat(100), '\x7f'.repeat(700)),
);

/** One representation, with a number that picks one of the existing indexes. */
const representation = fc.record({
  kind: fc.constantFrom<'indexed' | Literal>('indexed', 'indexing', 'indexing', 'plain', 'never'),
  pick: fc.nat(),
  name: fc.option(text, { nil: undefined }),
  value: text,
  isHuffman: fc.boolean(),
});
type Representation = typeof representation extends fc.Arbitrary<infer T> ? T : never;

const block = fc.record({
  sizes: fc.oneof(
    { weight: 6, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.nat(4096), { maxLength: 2 }) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<number[]>([0], [31], [100], [1000], [4096], [0, 4096]),
    },
  ),
  representations: fc.array(representation, { maxLength: 12 }),
});

/** RFC 7541 section 4 taken literally: a list that is searched, moved and cut. */
class PlainTable {
  entries: Field[] = [];
  sizeMax = 4096;

  get size(): number {
    return this.entries.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
  }

  at(index: number): Field {
    if (index <= STATIC_INDEX_MAX) return [STATIC_NAMES[index] ?? '', STATIC_VALUES[index] ?? ''];
    return this.entries[index - STATIC_INDEX_MAX - 1] ?? ['no', 'entry'];
  }

  resize(sizeMax: number): void {
    this.sizeMax = sizeMax;
    while (this.size > sizeMax) this.entries.pop();
  }

  add(entry: Field): void {
    this.entries.unshift(entry);
    while (this.size > this.sizeMax) this.entries.pop();
  }

  /** The bytes of a representation, and the field that it means. */
  write({ kind, pick, name, value, isHuffman }: Representation): [string, Field] {
    const index = 1 + (pick % (STATIC_INDEX_MAX + this.entries.length));
    if (kind === 'indexed') return [indexed(index), this.at(index)];
    const field: Field = [name ?? this.at(index)[0], value];
    if (kind === 'indexing') this.add(field);
    return [literal(kind, name ?? index, value, isHuffman), field];
  }
}

describe(`HpackDecoder with random blocks (seed ${seed})`, function () {
  this.timeout(60_000);

  it('has the same fields and table as the literal RFC, block after block', () => {
    let evictions = 0;
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 30 }), (blocks) => {
        const decoder = newDecoder();
        const plain = new PlainTable();
        for (const { sizes, representations } of blocks) {
          for (const size of sizes) plain.resize(size);
          const before = plain.entries.length;
          const written = representations.map((one) => plain.write(one));
          const bytes = sizes.map(sizeUpdate).join('') + written.map(([part]) => part).join('');
          const fields = written.map(([, field]) => field);
          expect(decode(decoder, bytes)).to.deep.equal({ fields, list: 'complete' });
          expect(decoder.tableSize).to.equal(plain.size);
          expect(tableOf(decoder)).to.deep.equal(plain.entries);
          const added = representations.filter(({ kind }) => kind === 'indexing').length;
          if (before + added > plain.entries.length) evictions += 1;
        }
      }),
      { seed, numRuns: 300 },
    );
    // Without these the run would have tested little.
    expect(evictions).to.be.greaterThan(100);
  });

  it('reads what our own encoder writes', () => {
    const known = fc.constantFrom<Field>(
      ...STATIC_NAMES.slice(1).map((name, index): Field => [name, STATIC_VALUES[index + 1] ?? '']),
    );
    const field = fc.oneof(
      known,
      fc.tuple(
        fc.oneof(
          text,
          known.map(([name]) => name),
        ),
        text,
      ),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
        const decoder = newDecoder();
        const bytes = fields.map(([name, value]) => headerField(name, value)).join('');
        expect(fieldsOf(decoder, bytes)).to.deep.equal(fields);
        expect(decoder.changedTable).to.equal(false);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('decodes or refuses any bytes, and reports no more than the limit', () => {
    let read = 0;
    const limits = { listSizeMax: 500 };
    const bytes = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bytes, (blocks) => {
        const decoder = newDecoder(limits);
        try {
          for (const one of blocks) {
            const { fields } = decode(decoder, Buffer.from(one).toString('latin1'));
            const size = fields.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
            expect(size + 32 * fields.length).to.be.at.most(limits.listSizeMax);
            expect(decoder.tableSize).to.be.at.most(4096);
            read += 1;
          }
        } catch (error) {
          if (!(error instanceof HpackFault)) throw error;
        }
      }),
      { seed, numRuns: 5_000 },
    );
    expect(read).to.be.greaterThan(100);
  });
});
