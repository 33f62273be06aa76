import { expect } from 'chai';
import * as fc from 'fast-check';
import { WantedHeaders } from '../../../../src/terms/wanted-headers.ts';
import { decodeCheckRequest } from '../../../../src/transport/codec/decode-check-request.ts';
import { STRUCT_DEPTH_MAX } from '../../../../src/transport/codec/decode-struct.ts';
import { MalformedCheck } from '../../../../src/transport/codec/codec-fault.ts';
import { ALL_HEADERS } from '../../../support/requests/all-headers.ts';
import { arbitraryRequest } from '../../../support/requests/arbitrary-request.ts';
import { encodeCheckRequest } from '../../../support/requests/check-request.ts';
import {
  attributesOf,
  EMPTY_HTTP,
  entry,
  field,
  rawField,
  requestOf,
  varint,
} from '../../../support/protobuf/wire-bytes.ts';

const decode = (bytes: Buffer): unknown => decodeCheckRequest(bytes, undefined, ALL_HEADERS);

const NO_HEADERS = new WantedHeaders([]);

const MALFORMED: Readonly<Record<string, Buffer>> = {
  'no bytes': Buffer.alloc(0),
  'attributes without request': attributesOf(field(1, field(4, 'principal'))),
  'request without http': attributesOf(field(4)),
  'only unknown fields': field(9, 'x'),
  'attributes twice': Buffer.concat([attributesOf(EMPTY_HTTP), attributesOf(EMPTY_HTTP)]),
  'request twice': attributesOf(EMPTY_HTTP, EMPTY_HTTP),
  'http twice': attributesOf(field(4, field(2), field(2))),
  'path twice': requestOf(field(4, '/a'), field(4, '/b')),
  'host twice': requestOf(field(5, 'a'), field(5, 'b')),
  'method twice': requestOf(field(2, 'GET'), field(2, 'GET')),
  'source twice': attributesOf(EMPTY_HTTP, field(1), field(1)),
  'principal twice': attributesOf(EMPTY_HTTP, field(1, field(4, 'a'), field(4, 'b'))),
  'a header key twice': requestOf(entry(3, 'cookie', 'a=1'), entry(3, 'cookie', 'a=2')),
  'the key of a map entry twice': requestOf(field(3, field(1, 'a'), field(1, 'b'), field(2, 'c'))),
  'a context key twice': attributesOf(EMPTY_HTTP, entry(10, 'a', 'b'), entry(10, 'a', 'c')),
  'both header forms': requestOf(entry(3, 'a', 'b'), field(13, entry(1, 'a', 'b'))),
  'both header forms, the raw one empty': requestOf(entry(3, 'a', 'b'), field(13)),
  'two header maps': requestOf(field(13, entry(1, 'a', 'b')), field(13, entry(1, 'a', 'c'))),
  'value and raw_value': requestOf(
    field(13, field(1, field(1, 'a'), field(2, 'b'), field(3, 'b'))),
  ),
  'a path past the end': requestOf(rawField(4, 2, Buffer.from([200, ...Buffer.from('/a')]))),
  'a length of 2^31': attributesOf(EMPTY_HTTP, rawField(1, 2, varint(2 ** 31))),
  'a length of 2^63': attributesOf(EMPTY_HTTP, rawField(1, 2, varint(2 ** 63))),
  'an inner message longer than the outer': attributesOf(rawField(4, 2, Buffer.from([9, 0x12, 0]))),
  // Read as a length, the value 0 would be an empty text.
  'a number for a path': requestOf(rawField(4, 0, varint(0))),
  'a number for attributes': rawField(1, 0, varint(7)),
  'a fixed64 for http': attributesOf(field(4, rawField(2, 1, Buffer.alloc(8)))),
  'a group': attributesOf(
    EMPTY_HTTP,
    rawField(20, 3, Buffer.alloc(0)),
    rawField(20, 4, Buffer.alloc(0)),
  ),
  'wire type 6': attributesOf(EMPTY_HTTP, rawField(20, 6, Buffer.alloc(8))),
  'wire type 7': attributesOf(EMPTY_HTTP, rawField(20, 7, Buffer.alloc(8))),
  'field number 0': attributesOf(EMPTY_HTTP, rawField(0, 2, varint(0))),
  'a field number above 2^29': attributesOf(EMPTY_HTTP, rawField(2 ** 29, 0, varint(0))),
  'an unfinished number': attributesOf(EMPTY_HTTP, rawField(20, 0, Buffer.from([0x80]))),
  'a number of eleven bytes': attributesOf(EMPTY_HTTP, rawField(20, 0, Buffer.alloc(11, 0x80))),
  'an unfinished fixed32': attributesOf(EMPTY_HTTP, rawField(20, 5, Buffer.alloc(3))),
  'an unfinished fixed64': attributesOf(EMPTY_HTTP, rawField(20, 1, Buffer.alloc(7))),
  'trailing bytes': Buffer.concat([attributesOf(EMPTY_HTTP), Buffer.from([0xff])]),
  'a context value that is not UTF-8': attributesOf(
    EMPTY_HTTP,
    entry(10, 'a', Uint8Array.of(0xff)),
  ),
  'a header name that is not UTF-8': requestOf(entry(3, Uint8Array.of(0xff), 'a')),
  'jwt metadata twice': attributesOf(EMPTY_HTTP, field(11, jwt(field(3, 'a')), jwt(field(3, 'b')))),
  'a jwt key twice': attributesOf(EMPTY_HTTP, field(11, jwt(field(3, 'a'), field(3, 'b')))),
  'a jwt value of two kinds': attributesOf(
    EMPTY_HTTP,
    field(11, jwt(Buffer.concat([field(3, 'a'), rawField(4, 0, varint(1))]))),
  ),
  'a jwt text that is not UTF-8': attributesOf(
    EMPTY_HTTP,
    field(11, jwt(field(3, Uint8Array.of(0xff)))),
  ),
  'a jwt number of the wrong type': attributesOf(
    EMPTY_HTTP,
    field(11, jwt(rawField(2, 0, varint(1)))),
  ),
  'a jwt boolean of 2': attributesOf(EMPTY_HTTP, field(11, jwt(rawField(4, 0, varint(2))))),
  'a jwt boolean of 2^32': attributesOf(
    EMPTY_HTTP,
    field(11, jwt(rawField(4, 0, varint(2 ** 32)))),
  ),
  'a jwt key without a value': attributesOf(
    EMPTY_HTTP,
    field(
      11,
      field(1, field(1, 'envoy.filters.http.jwt_authn'), field(2, field(1, field(1, 'a')))),
    ),
  ),
  'a filter without a struct': attributesOf(EMPTY_HTTP, field(11, field(1, field(1, 'a')))),
  'a length in six bytes': attributesOf(
    EMPTY_HTTP,
    rawField(20, 2, Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0])),
  ),
  // Not used, but declared: a reader that follows the declaration would read other fields.
  'a text for size': requestOf(field(9, field(4, '/admin'))),
  'a number for id': requestOf(rawField(1, 0, varint(0))),
  'a number for body': requestOf(rawField(11, 0, varint(0))),
  'a number for destination': attributesOf(EMPTY_HTTP, rawField(2, 0, varint(0))),
  'a number for tls_session': attributesOf(EMPTY_HTTP, rawField(12, 0, varint(0))),
  'a number for time': attributesOf(field(4, field(2), rawField(1, 0, varint(0)))),
  'a number for certificate': attributesOf(EMPTY_HTTP, field(1, rawField(5, 0, varint(0)))),
  'a number for typed_filter_metadata': attributesOf(
    EMPTY_HTTP,
    field(11, rawField(2, 0, varint(0))),
  ),
  'a struct one level too deep': attributesOf(
    EMPTY_HTTP,
    field(11, jwt(structs(STRUCT_DEPTH_MAX))),
  ),
  'a struct 6 000 levels deep': attributesOf(EMPTY_HTTP, field(11, jwt(structs(6000)))),
  'a list 6 000 levels deep': attributesOf(EMPTY_HTTP, field(11, jwt(lists(6000)))),
};

describe('a CheckRequest', () => {
  for (const [fault, bytes] of Object.entries(MALFORMED)) {
    it(`is refused: ${fault}`, () => {
      expect(() => decode(bytes)).to.throw(MalformedCheck);
      // Whatever headers are wanted.
      expect(() => decodeCheckRequest(bytes, undefined, NO_HEADERS)).to.throw(MalformedCheck);
    });
  }

  for (const [first, second] of [
    [0, 1],
    [0, 127],
    [126, 127],
    [0, 128],
    [127, 299],
    [128, 129],
    [298, 299],
  ] as const) {
    it(`is refused: of 300 unwanted headers number ${first} again as number ${second}`, () => {
      const names = Array.from({ length: 300 }, (_, place) => `x-${place}`);
      const entries = names.map((name) => entry(3, name, ''));
      expect(() => decodeCheckRequest(requestOf(...entries), undefined, NO_HEADERS)).not.to.throw();
      const duplicate = entries.with(second, entry(3, names[first] ?? '', ''));
      const bytes = requestOf(...duplicate);
      expect(() => decodeCheckRequest(bytes, undefined, NO_HEADERS)).to.throw(MalformedCheck);
    });
  }

  it('may have two names with the same hash', () => {
    // FNV-1a has the same 32 bits for both.
    const bytes = requestOf(entry(3, 'costarring', 'a'), entry(3, 'liquid', 'b'));
    expect(() => decode(bytes)).not.to.throw();
  });

  it('may have a struct of the greatest depth', () => {
    const bytes = attributesOf(EMPTY_HTTP, field(11, jwt(structs(STRUCT_DEPTH_MAX - 1))));
    expect(() => decode(bytes)).not.to.throw();
  });

  it('may have a negative size and unknown fields', () => {
    const size = rawField(
      9,
      0,
      Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
    );
    const unknown = [
      field(900, 'x'),
      rawField(901, 0, varint(1)),
      rawField(902, 5, Buffer.alloc(4)),
    ];
    expect(() => decode(requestOf(size, ...unknown))).not.to.throw();
  });

  it('is refused wherever a valid request is cut off', () => {
    fc.assert(
      fc.property(arbitraryRequest, fc.nat(), (parts, at) => {
        const whole = encodeCheckRequest(parts);
        expect(() => decode(whole.subarray(0, at % whole.length))).to.throw(MalformedCheck);
      }),
    );
  });

  it('is refused with MalformedCheck only, whatever byte of a valid request is changed', () => {
    fc.assert(
      fc.property(
        arbitraryRequest,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (parts, at, flip) => {
          const bytes = Buffer.from(encodeCheckRequest(parts));
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ flip;
          expect(faultOf(bytes)).to.be.oneOf([undefined, MalformedCheck]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is refused with MalformedCheck only, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(faultOf(Buffer.from(bytes))).to.be.oneOf([undefined, MalformedCheck]);
      }),
      { numRuns: 1000 },
    );
  });

  it('is not quoted in the error', () => {
    const bytes = requestOf(field(4, '/secret'), field(4, '/secret'));
    expect(() => decode(bytes)).to.throw(MalformedCheck, /^[a-zA-Z0-9_:. ]+$/);
    expect(() => decode(bytes)).not.to.throw(MalformedCheck, /secret/);
  });
});

function faultOf(bytes: Buffer): unknown {
  try {
    decode(bytes);
    return undefined;
  } catch (fault) {
    return (fault as object).constructor;
  }
}

/** jwt_authn's metadata with these values under one key, `payload`. */
function jwt(...values: readonly Uint8Array[]): Buffer {
  const name = field(1, 'envoy.filters.http.jwt_authn');
  return field(1, name, field(2, ...values.map((value) => entry(1, 'payload', value))));
}

/** A value of so many nested structs. */
function structs(depth: number): Buffer {
  let value: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) value = field(5, entry(1, 'a', value));
  return value;
}

function lists(depth: number): Buffer {
  let value: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) value = field(6, field(1, value));
  return value;
}
