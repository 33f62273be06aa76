import { MalformedCheck } from './codec-fault.ts';
import type { WireReader } from './wire-reader.ts';

/**
 * Decodes the entry of a protobuf map in the current field: key 1, value 2. As protobuf defines, a
 * missing key or value is the empty one.
 *
 * @param readValue reads the current field, which is number 2, from the reader
 */
export function decodeMapEntry<V>(
  reader: WireReader,
  empty: V,
  readValue: (reader: WireReader) => V,
): readonly [key: string, value: V] {
  const outer = reader.enter();
  let seen = 0;
  let key = '';
  let value = empty;
  while (reader.next()) {
    if (reader.field === 1) {
      seen = reader.once(seen);
      key = reader.strictText();
    } else if (reader.field === 2) {
      seen = reader.once(seen);
      value = readValue(reader);
    } else reader.skip();
  }
  reader.leave(outer);
  return [key, value];
}

/**
 * Adds one entry to a map without duplicate keys. It is a Map so that `__proto__` and `constructor`
 * are ordinary keys.
 * @throws {MalformedCheck} for a duplicate key: which of the two counts would be a guess
 */
export function addEntry<V>(map: Map<string, V>, [key, value]: readonly [string, V]): void {
  if (map.has(key)) throw new MalformedCheck('CheckRequest is malformed: duplicate map key');
  map.set(key, value);
}
