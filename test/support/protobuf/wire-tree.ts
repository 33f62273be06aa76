// A CheckRequest as a tree of fields, so that tests can change its structure and write it again, validly or not.

import { rawField, varint } from './wire-bytes.ts';

export interface WireField {
  readonly number: number;
  readonly wire: number;
  /** The fields of a message that is taken apart; otherwise the raw value, without the length before it. */
  readonly content: Buffer | readonly WireField[];
  /** How many more bytes than necessary the length has (or, after a tag of wire type 0, the number). */
  readonly overlong?: number;
}

/** The fields of each message that are messages to take apart, by number. */
interface Shape {
  readonly [number: number]: Shape;
}

const ENTRY: Shape = {};
const VALUE: Shape = {};
const STRUCT: Shape = { 1: { 2: VALUE } };
Object.assign(VALUE, { 5: STRUCT, 6: { 1: VALUE } });
const HEADER_MAP: Shape = { 1: {} };
const HTTP_REQUEST: Shape = { 3: ENTRY, 13: HEADER_MAP };
const ATTRIBUTES: Shape = {
  1: {},
  4: { 2: HTTP_REQUEST },
  10: ENTRY,
  11: { 1: { 2: STRUCT } },
};
const CHECK_REQUEST: Shape = { 1: ATTRIBUTES };

/** The fields of a valid CheckRequest. */
export function treeOf(bytes: Buffer): readonly WireField[] {
  return fieldsOf(bytes, CHECK_REQUEST);
}

export function bytesOfTree(fields: readonly WireField[]): Buffer {
  return Buffer.concat(fields.map(bytesOfField));
}

function bytesOfField({ number, wire, content, overlong = 0 }: WireField): Buffer {
  const value = Buffer.isBuffer(content) ? content : bytesOfTree(content);
  if (wire !== 2) return rawField(number, wire, value);
  return rawField(number, wire, Buffer.concat([padded(varint(value.length), overlong), value]));
}

/** The same number in more bytes than it needs. */
export function padded(number: Buffer, bytes: number): Buffer {
  if (bytes === 0) return number;
  const last = number.at(-1) ?? 0;
  const more = Array.from({ length: bytes }, (_, at) => (at === bytes - 1 ? 0 : 0x80));
  return Buffer.from([...number.subarray(0, -1), last | 0x80, ...more]);
}

function fieldsOf(bytes: Buffer, shape: Shape): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = number();
    const wire = tag % 8;
    const start = at;
    if (wire === 0) number();
    const length = wire === 2 ? number() : wire === 1 ? 8 : wire === 5 ? 4 : 0;
    const from = wire === 2 ? at : start;
    at += length;
    const value = Buffer.from(bytes.subarray(from, at));
    const inner = wire === 2 ? shape[Math.floor(tag / 8)] : undefined;
    const content = inner === undefined ? value : fieldsOf(value, inner);
    fields.push({ number: Math.floor(tag / 8), wire, content });
  }
  return fields;
}
