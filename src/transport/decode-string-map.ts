import { MalformedCheck } from './malformed-check.ts';
import type { WireReader } from './wire-reader.ts';

/**
 * One entry of a protobuf map, which the current field holds: key 1, value 2. An absent key or value is the empty one,
 * says protobuf.
 *
 * @param readValue reads the current field, number 2, off the reader
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
 * Adds one entry to a map whose keys must differ. A Map, so that `__proto__` and `constructor` are keys like any other.
 * @throws {MalformedCheck} for a key that is there already: which one counts would be a guess.
 */
export function addEntry<V>(map: Map<string, V>, [key, value]: readonly [string, V]): void {
  if (map.has(key)) throw new MalformedCheck('CheckRequest is malformed: doubled map key');
  map.set(key, value);
}
