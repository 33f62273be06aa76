// CheckRequest bytes that Envoy would never write: real ones with their structure or their bytes changed.

import * as fc from 'fast-check';
import { arbitraryRequest } from '../requests/arbitrary-request.ts';
import { checkRequest, encodeCheckRequest } from '../requests/check-request.ts';
import { withTheRest } from './whole-request.ts';
import { codec, officialDefinitions } from './wire-definitions.ts';
import { bytesOfTree, treeOf, type WireField } from './wire-tree.ts';

const official = codec(officialDefinitions, 'envoy.service.auth.v3.CheckRequest');

type Fields = readonly WireField[];

/** One change of a tree, at the field of this number in the order of the wire. */
interface TreeChange {
  readonly kind: (typeof TREE_CHANGES)[number];
  readonly at: number;
  readonly number: number;
  readonly wire: number;
  readonly content: Buffer;
}

const TREE_CHANGES = [
  'double',
  'leave out',
  'insert',
  'renumber',
  'retype',
  'replace',
  'overlong',
  'swap',
] as const;

const content = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('cookie', 'Cookie', ':path', 'x_session', 'session-lifetime', 'a=1', '/', 'ü', '')
    .map((text) => Buffer.from(text)),
);

const treeChange: fc.Arbitrary<TreeChange> = fc.record({
  kind: fc.constantFrom(...TREE_CHANGES),
  at: fc.nat(),
  number: fc.oneof(fc.integer({ min: 0, max: 16 }), fc.constantFrom(31, 32, 100, 2 ** 29 - 1)),
  wire: fc.oneof({ weight: 3, arbitrary: fc.constant(2) }, fc.integer({ min: 0, max: 7 })),
  content,
});

/** One change of bytes. */
interface ByteChange {
  readonly kind: 'flip' | 'insert' | 'remove' | 'truncate' | 'splice';
  readonly at: number;
  readonly bytes: Buffer;
}

const byteChange: fc.Arbitrary<ByteChange> = fc.record({
  kind: fc.constantFrom('flip', 'flip', 'insert', 'remove', 'truncate', 'splice'),
  at: fc.nat(),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
    // Numbers with more bytes than they need, with too many bytes, and groups.
    fc
      .constantFrom(
        '8080808000',
        'ffffffffffffffffff01',
        '80808080808080808080',
        '8b018c01',
        '1314',
      )
      .map((hex) => Buffer.from(hex, 'hex')),
  ),
});

/** As Envoy writes them, with or without the fields that we do not read. */
const realRequest = fc
  .tuple(arbitraryRequest, fc.boolean())
  .map(([parts, isWhole]) =>
    isWhole ? official.serialize(withTheRest(checkRequest(parts))) : encodeCheckRequest(parts),
  );

/** Structures that are mostly well-formed, but that Envoy would not write. */
export const restructuredRequest: fc.Arbitrary<Buffer> = fc
  .tuple(realRequest, fc.array(treeChange, { minLength: 1, maxLength: 4 }))
  .map(([bytes, changes]) => bytesOfTree(changes.reduce(changed, treeOf(bytes))));

/** Bytes that are mostly broken. */
export const garbledRequest: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.oneof(realRequest, restructuredRequest),
    realRequest,
    fc.array(byteChange, { minLength: 1, maxLength: 3 }),
  )
  .map(([bytes, other, changes]) =>
    changes.reduce((before, change) => garbled(before, change, other), bytes),
  );

/** Not a message at all. */
export const randomBytes: fc.Arbitrary<Buffer> = fc
  .uint8Array({ maxLength: 80 })
  .map((bytes) => Buffer.from(bytes));

function changed(fields: Fields, change: TreeChange): Fields {
  const count = countOf(fields);
  return count === 0 ? fields : changedAt(fields, change.at % count, change);
}

function countOf(fields: Fields): number {
  return fields.reduce((sum, field) => sum + 1 + countOf(innerOf(field)), 0);
}

function innerOf({ content: inner }: WireField): Fields {
  return Buffer.isBuffer(inner) ? [] : inner;
}

function changedAt(fields: Fields, at: number, change: TreeChange): Fields {
  let left = at;
  for (const [index, field] of fields.entries()) {
    const replaced = (...by: Fields): Fields => fields.toSpliced(index, 1, ...by);
    if (left === 0) return replaced(...applied(field, fields[index + 1], change));
    left -= 1;
    const inner = innerOf(field);
    const count = countOf(inner);
    if (left < count) return replaced({ ...field, content: changedAt(inner, left, change) });
    left -= count;
  }
  return fields;
}

function applied(field: WireField, next: WireField | undefined, change: TreeChange): Fields {
  const { kind, number, wire } = change;
  const value = wire === 1 ? Buffer.alloc(8, 7) : wire === 5 ? Buffer.alloc(4, 7) : change.content;
  switch (kind) {
    case 'double':
      return [field, field];
    case 'leave out':
      return [];
    case 'insert':
      return [{ number, wire, content: wire === 0 ? Buffer.of(number % 128) : value }, field];
    case 'renumber':
      return [{ ...field, number }];
    case 'retype':
      return [{ ...field, wire, content: wire === 2 ? field.content : value }];
    case 'replace':
      return [{ ...field, content: change.content }];
    case 'overlong':
      return [{ ...field, overlong: 1 + (number % 5) }];
    case 'swap':
      return next === undefined ? [field] : [next, field];
    default:
      return kind satisfies never;
  }
}

function garbled(bytes: Buffer, { kind, at, bytes: more }: ByteChange, other: Buffer): Buffer {
  const place = at % (bytes.length + 1);
  const before = bytes.subarray(0, place);
  const after = bytes.subarray(place);
  switch (kind) {
    case 'flip':
      return Buffer.concat([
        before,
        Buffer.from([(after[0] ?? 0) ^ ((more[0] ?? 0) || 1)]),
        after.subarray(1),
      ]);
    case 'insert':
      return Buffer.concat([before, more, after]);
    case 'remove':
      return Buffer.concat([before, after.subarray(more.length)]);
    case 'truncate':
      return before;
    case 'splice':
      return Buffer.concat([before, other.subarray(at % (other.length + 1))]);
    default:
      return kind satisfies never;
  }
}
