import { expect } from 'chai';
import * as fc from 'fast-check';
import { encodeDeny } from '../../../../src/transport/codec/encode-deny.ts';
import {
  bytesField,
  doubleField,
  numberField,
  utf8,
} from '../../../../src/transport/codec/wire-writer.ts';
import { field, rawField, varint } from '../../../support/protobuf/wire-bytes.ts';
import { codec, officialDefinitions } from '../../../support/protobuf/wire-definitions.ts';
import { denyReply } from '../../../support/requests/reply.ts';

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
    it(`refuses to write the number ${String(value)} of type ${typeof value}`, () => {
      expect(() => numberField(1, value as number)).to.throw(RangeError);
    });
  }

  it('writes every double as IEEE 754 defines', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const expected = Buffer.alloc(8);
        expected.writeDoubleLE(value);
        expect(bytes(doubleField(2, value)).subarray(1)).to.deep.equal(expected);
      }),
    );
  });

  it('writes every text as UTF-8, with U+FFFD for lone surrogates', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(bytes(utf8(text))).to.deep.equal(Buffer.from(text.toWellFormed(), 'utf8'));
      }),
    );
    expect(bytes(utf8('a\ud800b')).toString()).to.equal('a\ufffdb');
  });

  for (const value of [undefined, null, 7, ['ab'], { length: 1 }]) {
    it(`refuses to write ${JSON.stringify(value) ?? 'undefined'} as text, whatever its type`, () => {
      expect(() => utf8(value as string)).to.throw(TypeError);
    });
  }

  it('writes a body of a megabyte that the official definitions read', () => {
    const body = 'ü'.repeat(500_000);
    const official = codec(officialDefinitions, 'envoy.service.auth.v3.CheckResponse');
    const read = official.deserialize(bytes(encodeDeny({ ...denyReply(), body })));
    expect(read).to.have.nested.property('denied_response.body', body);
  });
});
