/** A set of keys that was loaded. */
export interface LoadedKeySet {
  /** Where it comes from: a path, or a URL without its query. */
  readonly origin: string;
  readonly keys: number;
  /**
   * Entries of the set that cannot verify a signature: symmetric, private, damaged or weak keys.
   */
  readonly ignored: number;
}

/** A set of keys that could not be read. */
export interface UnreadableKeySet {
  readonly origin: string;
  readonly why: string;
  /** Whether the last good keys stay in use. Otherwise there are none. */
  readonly kept: boolean;
}

/**
 * Receives what happens to the keys that verify tokens, for the log. Nothing of a token is in it.
 * Must not throw.
 */
export interface TokenObserver {
  /** A new set of keys is used. */
  keysLoaded(set: LoadedKeySet): void;
  /** The keys could not be read. Called once for each new cause. */
  keysUnreadable(set: UnreadableKeySet): void;
}
