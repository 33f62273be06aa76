import { expect } from 'chai';
import * as fc from 'fast-check';
import { encodeDeny } from '../../../src/transport/encode-deny.ts';
import { PartCache } from '../../../src/transport/part-cache.ts';
import { bytesField, doubleField, numberField, utf8 } from '../../../src/transport/wire-writer.ts';
import { codec, officialDefinitions } from '../../support/wire-definitions.ts';
import { denyReply } from '../../support/reply.ts';
import { field, rawField, varint } from '../../support/wire-bytes.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('wire-writer', () => {
  for (const length of [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
    it(`writes a length of ${length}`, () => {
      const content = 'x'.repeat(length);
      expect(bytes(bytesField(4, content)).equals(field(4, content))).to.equal(true);
    });
  }

  for (const value of [0, 1, 16, 127, 128, 303, 401, 2 ** 31 - 1]) {
    it(`writes the number ${value}`, () => {
      expect(bytes(numberField(1, value))).to.deep.equal(rawField(1, 0, varint(value)));
    });
  }

  for (const value of [-1, 2 ** 31, 0.5, NaN, undefined, '7']) {
    it(`writes no number for ${String(value)} of type ${typeof value}`, () => {
      expect(() => numberField(1, value as number)).to.throw(RangeError);
    });
  }

  it('writes every double as IEEE 754 does', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const expected = Buffer.alloc(8);
        expected.writeDoubleLE(value);
        expect(bytes(doubleField(2, value)).subarray(1)).to.deep.equal(expected);
      }),
    );
  });

  it('writes every text as UTF-8, half characters as U+FFFD', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(bytes(utf8(text))).to.deep.equal(Buffer.from(text.toWellFormed(), 'utf8'));
      }),
    );
    expect(bytes(utf8('a\ud800b')).toString()).to.equal('a\ufffdb');
  });

  for (const noText of [undefined, null, 7, ['ab'], { length: 1 }]) {
    it(`writes nothing for ${JSON.stringify(noText) ?? 'undefined'}, whatever its type says`, () => {
      expect(() => utf8(noText as string)).to.throw(TypeError);
    });
  }

  it('writes bodies of a megabyte that the official code reads', () => {
    const body = 'ü'.repeat(500_000);
    const official = codec(officialDefinitions, 'envoy.service.auth.v3.CheckResponse');
    const read = official.deserialize(bytes(encodeDeny({ ...denyReply(), body })));
    expect(read).to.have.nested.property('denied_response.body', body);
  });
});

describe('part-cache', () => {
  it('makes a part once, and keeps a bounded number of them', () => {
    let made = 0;
    const cache = new PartCache((text) => {
      made += 1;
      return `<${text}>`;
    });
    expect([cache.of('a'), cache.of('a')]).to.deep.equal(['<a>', '<a>']);
    expect(made).to.equal(1);
    for (let n = 0; n < 1_000; n += 1) cache.of(`part ${n}`);
    expect(cache.of('a')).to.equal('<a>');
    expect(made).to.equal(1_002);
  });

  it('keeps nothing of what could not be made', () => {
    const cache = new PartCache((text) => utf8(text));
    expect(() => cache.of(7 as unknown as string)).to.throw(TypeError);
    expect(() => cache.of(7 as unknown as string)).to.throw(TypeError);
  });
});
