/** Walks over the keys of a map, step by step, while the map changes. */
export class KeyWalk<Key> {
  readonly #map: ReadonlyMap<Key, unknown>;
  #keys: Iterator<Key>;

  constructor(map: ReadonlyMap<Key, unknown>) {
    this.#map = map;
    this.#keys = map.keys();
  }

  /** The next key; `undefined` once at the end, after which it starts again. */
  next(): Key | undefined {
    const next = this.#keys.next();
    if (next.done !== true) return next.value;
    this.#keys = this.#map.keys();
    return undefined;
  }
}
