// protobuf by hand, for bytes that no library would write.

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

/** A field of any wire type, whose value is given as it stands. */
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

/** `attributes.request.http`, empty: what makes a CheckRequest a question. */
export const EMPTY_HTTP: Buffer = field(4, field(2));
