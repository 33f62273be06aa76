// protobuf written by hand, for bytes that a library would not write.

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

/** A field of any wire type, with its value as raw bytes. */
export function rawField(number: number, wire: number, value: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + wire), value]);
}

/** A length-delimited field: text, bytes, or a message of fields. */
export function field(number: number, ...content: readonly (string | Uint8Array)[]): Buffer {
  const value = Buffer.concat(content.map((part) => Buffer.from(part)));
  return rawField(number, 2, Buffer.concat([varint(value.length), value]));
}

/** One entry of a map. */
export function entry(
  number: number,
  key: string | Uint8Array,
  value: string | Uint8Array,
): Buffer {
  return field(number, field(1, key), field(2, value));
}

/** A CheckRequest with these fields of HttpRequest. */
export function requestOf(...http: readonly Uint8Array[]): Buffer {
  return attributesOf(field(4, field(2, ...http)));
}

/** A CheckRequest with these fields of AttributeContext. */
export function attributesOf(...fields: readonly Uint8Array[]): Buffer {
  return field(1, ...fields);
}

/** `attributes.request.http`, empty: the least that a CheckRequest needs. */
export const EMPTY_HTTP: Buffer = field(4, field(2));
