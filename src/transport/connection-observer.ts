/** Hears of the connections of a gRPC server. Must not throw. Only our own server tells. */
export interface ConnectionObserver {
  opened(): void;
  closed(): void;
  /**
   * A connection was ended for what its peer did.
   * @param error the name of the code in RFC 9113 section 7, or `CONNECTIONS_MAX`: it was one too many and not served
   */
  refused(error: string): void;
}
