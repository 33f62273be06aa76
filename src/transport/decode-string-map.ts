import { MalformedCheck } from './malformed-check.ts';
import type { WireReader } from './wire-reader.ts';

/**
 * One entry of a protobuf map: key 1, value 2. An absent key or value is the empty one, says protobuf.
 *
 * @param readValue reads the current field, number 2, off the reader
 */
export function decodeMapEntry<V>(
  entry: WireReader,
  empty: V,
  readValue: (entry: WireReader) => V,
): readonly [key: string, value: V] {
  let key = '';
  let value = empty;
  while (entry.next()) {
    if (entry.field === 1) key = entry.once().strictText();
    else if (entry.field === 2) value = readValue(entry.once());
    else entry.skip();
  }
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
