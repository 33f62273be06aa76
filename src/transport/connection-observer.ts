/**
 * Is informed about the connections of a gRPC server. Only the transport `fast` reports them. It
 * must not throw.
 */
export interface ConnectionObserver {
  opened(): void;
  closed(): void;
  /**
   * A connection was refused, or ended because of its peer.
   * @param error an error name of RFC 9113 section 7, or `CONNECTIONS_MAX` for a connection above
   *   the limit
   */
  refused(error: string): void;
}
