import { expect } from 'chai';
import {
  headerField,
  hpackNumber,
  hpackString,
} from '../../../../src/http2/hpack/encode-header.ts';
import { fieldsOf, hex, newDecoder } from './header-blocks.ts';

describe('headerField', () => {
  const written: [name: string, value: string, bytes: string, form: string][] = [
    [':status', '200', '88', 'its index, when the static table has it whole'],
    [':method', 'POST', '83', 'its index, when the name occurs twice there'],
    ['accept-encoding', 'gzip, deflate', '90', 'its index, when the value has a comma'],
    ['content-type', 'application/grpc', '0f10 8b 1d75d0620d263d4c4d6564', 'the index of its name'],
    [':status', '503', '08 03 353033', 'the first index of its name'],
    ['grpc-status', '0', '00 88 9acac8b21234da8f 01 30', 'its name'],
    ['a', '', '00 01 61 00', 'an empty value'],
    ['a', '\xff\xfe', '00 01 61 02 fffe', 'bytes that are longer in their code'],
  ];
  for (const [name, value, bytes, form] of written) {
    it(`writes ${form}`, () => {
      expect(headerField(name, value)).to.equal(hex(bytes));
      expect(fieldsOf(newDecoder(), hex(bytes))).to.deep.equal([[name, value]]);
    });
  }

  it('keeps fields apart whose name and value are the same only when joined', () => {
    const bytes = headerField(':status\x00200', '');
    expect(fieldsOf(newDecoder(), bytes)).to.deep.equal([[':status\x00200', '']]);
  });

  it('refuses a character that is not one byte', () => {
    expect(() => headerField('a', 'ā')).to.throw(RangeError);
    expect(() => headerField('\u{1F600}', 'a')).to.throw(RangeError);
    expect(() => hpackString('Ā')).to.throw(RangeError);
  });
});

describe('hpackNumber', () => {
  it('uses the prefix alone below its maximum, and further octets from there on', () => {
    for (const [value, prefixBits, bytes] of [
      [30, 5, '1e'],
      [31, 5, '1f 00'],
      [158, 5, '1f 7f'],
      [159, 5, '1f 8001'],
      [126, 7, '7e'],
      [127, 7, '7f 00'],
      [2 ** 28 + 126, 7, '7f ffffff7f'],
      [2 ** 31, 7, '7f 81ffffff07'],
    ] as const) {
      expect(hpackNumber(value, prefixBits, 0)).to.equal(hex(bytes));
    }
  });

  it('keeps the bits before the prefix', () => {
    expect(hpackNumber(2, 7, 0x80)).to.equal(hex('82'));
    expect(hpackNumber(4096, 5, 0x20)).to.equal(hex('3f e11f'));
  });
});
