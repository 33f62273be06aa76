/** One header line: the name in lower case, the value as received. */
export interface HeaderLine {
  readonly name: string;
  /**
   * Bytes of the raw form are read as latin-1, so that different bytes never become the same text.
   */
  readonly value: string;
}

/**
 * What a check knows about the request that Envoy asks about: plain, frozen, without wire types.
 */
export interface RequestFacts {
  /** As the client wrote it: methods are case-sensitive (RFC 9110 section 9.1). */
  readonly method: string;
  readonly scheme: string;
  /** `:authority` or Host, with case and port as sent. */
  readonly host: string;
  /** Path with query, undecoded. */
  readonly path: string;
  readonly headers: readonly HeaderLine[];
  /**
   * True for the map form of CheckRequest: Envoy has joined lines of one name with a bare comma,
   * cookies too. False for `encode_raw_headers`: one entry per line.
   */
  readonly linesJoined: boolean;
  /** The peer's verified identity (`source.principal`), empty without mutual TLS. */
  readonly principal: string;
  /** The route's `context_extensions`. */
  readonly context: ReadonlyMap<string, string>;
  /**
   * `metadata_context.filter_metadata["envoy.filters.http.jwt_authn"]` as plain values, when Envoy
   * sent it.
   */
  readonly jwtMetadata: Readonly<Record<string, unknown>> | undefined;
  /**
   * Milliseconds until the caller gives up, from the moment the facts were made. `undefined`: it
   * set no deadline.
   */
  readonly callBudgetMs: number | undefined;
}
