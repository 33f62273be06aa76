import { parseStoreLocation } from '../../../src/store/parse-store-location.ts';
import type { StoreLocation } from '../../../src/store/store-location.ts';

/** The location that this text names, as the setting `--store` reads it. */
export function locationOf(text: string): StoreLocation {
  const location = parseStoreLocation(text);
  if (typeof location === 'string') throw new Error(`${text} ${location}`);
  return location;
}
