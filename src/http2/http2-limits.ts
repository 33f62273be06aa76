/**
 * The limits of the server. Durations are in milliseconds, sizes in bytes. A limit is for one
 * connection unless it says otherwise.
 */
export interface Http2Limits {
  /** Connections of the whole server. One more is closed at once. */
  readonly connectionsMax: number;
  /**
   * Calls at a time, including cancelled calls whose handler is still working (rapid reset,
   * CVE-2023-44487).
   */
  readonly streamsMax: number;
  /** One message. A larger one gets RESOURCE_EXHAUSTED as soon as its length is known. */
  readonly messageBytesMax: number;
  /** All names and values of a request, plus 32 for each field (RFC 9113 section 6.5.2). */
  readonly headerListBytesMax: number;
  /** The dynamic table for the headers that the peer sends (RFC 7541 section 4.2). */
  readonly headerTableBytesMax: number;
  /** A header block as it arrives, compressed. */
  readonly headerBlockBytesMax: number;
  /** CONTINUATION frames of one header block, including empty ones (CVE-2024-27316 and similar). */
  readonly continuationsMax: number;
  /** Our flow-control window for one request, and for all requests of a connection. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  /** Parts of messages that have not arrived completely. */
  readonly requestBytesMax: number;
  /** The same for all connections together. */
  readonly serverRequestBytesMax: number;
  /** Answers that the peer has not read. */
  readonly replyBytesMax: number;
  /**
   * Frames beyond those that calls need: so many at once, then so many per second. An
   * acknowledgement that nothing waits for counts like the frame that it acknowledges.
   */
  readonly settingsBurstMax: number;
  readonly settingsPerSecondMax: number;
  readonly pingsBurstMax: number;
  readonly pingsPerSecondMax: number;
  /** Reset streams, and HEADERS on streams that we have reset. */
  readonly resetsBurstMax: number;
  readonly resetsPerSecondMax: number;
  /** DATA without content, padded or not, that does not end its request. */
  readonly emptyDataBurstMax: number;
  readonly emptyDataPerSecondMax: number;
  /** WINDOW_UPDATE, PRIORITY and unknown frames. */
  readonly controlBurstMax: number;
  readonly controlPerSecondMax: number;
  /** From the connection's start to the peer's SETTINGS, and to its acknowledgement of ours. */
  readonly handshakeMaxMs: number;
  /** From a HEADERS frame to the end of its block. */
  readonly headerBlockMaxMs: number;
  /** From the headers of a request to the end of the request. */
  readonly requestMaxMs: number;
  /** How long the peer may read nothing while answers wait. */
  readonly stallMaxMs: number;
  /** After this time without bytes from the peer, it gets a PING. */
  readonly keepaliveAfterMs: number;
  /** How long the answer to that PING may take: long, so that our own pauses end no connection. */
  readonly keepaliveMaxMs: number;
  /** Age at which a connection gets a GOAWAY, give or take a tenth; `undefined`: never. */
  readonly connectionAgeMaxMs: number | undefined;
  /** Time without calls after which a connection gets a GOAWAY; `undefined`: never. */
  readonly connectionIdleMaxMs: number | undefined;
  /** How long to wait for the answer to the PING between two GOAWAYs. */
  readonly goawayPingMaxMs: number;
  /** How long calls may still take after a GOAWAY. */
  readonly goawayGraceMs: number;
  /**
   * How long an ended connection is still read, so that our last frames are not lost in a reset.
   */
  readonly lingerMs: number;
}

export const DEFAULT_HTTP2_LIMITS: Http2Limits = {
  // Each worker thread of each Envoy has one.
  connectionsMax: 20_000,
  // Envoy opens at most 1 024, or fewer if we announce fewer.
  streamsMax: 1_000,
  // Room for all headers of a request: 60 KiB in Envoy by default, and operators raise that.
  messageBytesMax: 1024 * 1024,
  headerListBytesMax: 64 * 1024,
  headerTableBytesMax: 4096,
  headerBlockBytesMax: 64 * 1024,
  continuationsMax: 8,
  streamWindowBytes: 256 * 1024,
  connectionWindowBytes: 4 * 1024 * 1024,
  requestBytesMax: 64 * 1024 * 1024,
  serverRequestBytesMax: 256 * 1024 * 1024,
  replyBytesMax: 4 * 1024 * 1024,
  // A client changes its settings a few times in the life of a connection, and acknowledges ours
  // once.
  settingsBurstMax: 100,
  settingsPerSecondMax: 10,
  // gRPC clients measure the bandwidth-delay product with PINGs, about one for each answer.
  pingsBurstMax: 1_000,
  pingsPerSecondMax: 100,
  // Envoy resets each check that exceeds its time limit. After a pause of this process these can be
  // all checks of a connection at once. HEADERS on a reset stream can only be trailers, so an honest
  // peer sends one for each stream at most; gRPC clients send none.
  resetsBurstMax: 4_000,
  resetsPerSecondMax: 100,
  // No client needs one, but some libraries send one when they flush. The empty frame at the end of
  // a request, which grpc-go and Node send, does not count.
  emptyDataBurstMax: 100,
  emptyDataPerSecondMax: 10,
  controlBurstMax: 2_000,
  controlPerSecondMax: 200,
  handshakeMaxMs: 10_000,
  headerBlockMaxMs: 10_000,
  requestMaxMs: 30_000,
  stallMaxMs: 30_000,
  keepaliveAfterMs: 30_000,
  keepaliveMaxMs: 20_000,
  connectionAgeMaxMs: undefined,
  connectionIdleMaxMs: undefined,
  goawayPingMaxMs: 1_000,
  goawayGraceMs: 30_000,
  lingerMs: 1_000,
};
