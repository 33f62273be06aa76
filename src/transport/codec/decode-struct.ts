import { MalformedCheck } from './codec-fault.ts';
import { decodeMapEntry } from './decode-string-map.ts';
import type { WireReader } from './wire-reader.ts';

/** JSON from a google.protobuf.Struct. Without a prototype, `__proto__` is an ordinary key. */
export type PlainValue =
  null | number | string | boolean | readonly PlainValue[] | { readonly [key: string]: PlainValue };
export type PlainStruct = Readonly<Record<string, PlainValue>>;

/** How deep objects and lists may be nested. Envoy's own JSON parser allows 100. */
export const STRUCT_DEPTH_MAX = 100;

/**
 * Decodes a struct from the rest of the message that the reader is in.
 * @throws {MalformedCheck}
 */
export function decodeStruct(reader: WireReader, depth = 1): PlainStruct {
  if (depth > STRUCT_DEPTH_MAX) throw new MalformedCheck('metadata is nested too deeply');
  const struct = Object.create(null) as Record<string, PlainValue>;
  while (reader.next()) {
    if (reader.field === 1) {
      const [key, value] = decodeMapEntry<PlainValue | undefined>(reader, undefined, (entry) =>
        decodeValue(entry, depth),
      );
      if (value === undefined) throw new MalformedCheck('metadata has a key without a value');
      if (key in struct) throw new MalformedCheck('metadata has a duplicate key');
      struct[key] = value;
    } else reader.skip();
  }
  return struct;
}

/** google.protobuf.Value: one of null 1, number 2, string 3, bool 4, struct 5, list 6. */
function decodeValue(reader: WireReader, depth: number): PlainValue {
  const outer = reader.enter();
  let value: PlainValue = null;
  let isSet = false;
  while (reader.next()) {
    if (reader.field > 6) {
      reader.skip();
      continue;
    }
    if (isSet) throw new MalformedCheck('metadata has a value with two kinds');
    isSet = true;
    value = decodeKind(reader, depth);
  }
  reader.leave(outer);
  return value;
}

function decodeKind(reader: WireReader, depth: number): PlainValue {
  switch (reader.field) {
    case 1:
      reader.uint(); // null is an enum of one number
      return null;
    case 2:
      return reader.double();
    case 3:
      return reader.strictText();
    case 4:
      return decodeBoolean(reader);
    case 5: {
      const outer = reader.enter();
      const struct = decodeStruct(reader, depth + 1);
      reader.leave(outer);
      return struct;
    }
    default:
      return decodeList(reader, depth + 1);
  }
}

/** Readers differ in which numbers they take for true, and writers send only 0 and 1. */
function decodeBoolean(reader: WireReader): boolean {
  const value = reader.uint();
  if (value > 1) throw new MalformedCheck('metadata has a boolean that is neither 0 nor 1');
  return value === 1;
}

function decodeList(reader: WireReader, depth: number): readonly PlainValue[] {
  if (depth > STRUCT_DEPTH_MAX) throw new MalformedCheck('metadata is nested too deeply');
  const outer = reader.enter();
  const list: PlainValue[] = [];
  while (reader.next()) {
    if (reader.field === 1) list.push(decodeValue(reader, depth));
    else reader.skip();
  }
  reader.leave(outer);
  return list;
}
