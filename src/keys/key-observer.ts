/** How a server key is used: new sessions are named with it, or it is only used for looking up. */
export interface KeyUse {
  readonly fingerprint: string;
  readonly use: 'writes' | 'reads';
}

/** What the replicas have settled about their server keys. */
export interface KeySettlement {
  /** All keys in use, the one for writing first. */
  readonly uses: readonly KeyUse[];
  /**
   * The first key of the file, as long as sessions are not named with it, and how many other
   * replicas are missing it.
   */
  readonly waiting: { readonly fingerprint: string; readonly replicas: number } | undefined;
  /** Keys that are missing from the file although sessions named with them may still matter. */
  readonly lost: readonly string[];
}

/**
 * Receives what happens to the server keys, for the log and the metrics. Keys are named by their
 * fingerprints. Must not throw.
 */
export interface KeyObserver {
  /** These keys are used from now on, the one for writing first. */
  used(uses: readonly KeyUse[]): void;
  /** A version of the key file is used. */
  fileLoaded(file: {
    readonly fingerprints: readonly string[];
    readonly warnings: readonly string[];
  }): void;
  /** The key file cannot be used, so the last good keys stay. `problem` contains no secret. */
  fileRejected(path: string, problem: string): void;
  /** The key file could not be used for a while, and now matches the keys in use again. */
  fileRestored(path: string): void;
  /**
   * The replicas agree about their keys. Called after every comparison, also if nothing changed.
   */
  settled(settlement: KeySettlement): void;
  /** Other replicas wrote with a key that is missing here. Called after every comparison. */
  missing(fingerprint: string): void;
}
