/** What the server puts up with. Durations in milliseconds, sizes in bytes; everything is for one connection unless it says otherwise. */
export interface Http2Limits {
  /** Connections of the whole server; a further one is closed at once. */
  readonly connectionsMax: number;
  /** Calls at a time, those included whose caller has gone but whose handler is still at work (rapid reset, CVE-2023-44487). */
  readonly streamsMax: number;
  /** One message. A larger one is RESOURCE_EXHAUSTED as soon as its length is known. */
  readonly messageBytesMax: number;
  /** Names and values of a request's headers with 32 each, as RFC 9113 section 6.5.2 counts them. */
  readonly headerListBytesMax: number;
  /** Our dynamic table for the peer's headers (RFC 7541 section 4.2). */
  readonly headerTableBytesMax: number;
  /** A header block as it comes, compressed. */
  readonly headerBlockBytesMax: number;
  /** Frames that continue one header block, empty ones too (CVE-2024-27316 and its kin). */
  readonly continuationsMax: number;
  /** Our window for one request, and for all requests of a connection. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  /** Parts of messages that have not arrived whole. */
  readonly requestBytesMax: number;
  /** The same for all connections together. */
  readonly serverRequestBytesMax: number;
  /** Answers that the peer does not take. */
  readonly replyBytesMax: number;
  /** Frames of a kind beyond what the calls bring with them: so many at once, and so many more a second. */
  readonly settingsBurstMax: number;
  readonly settingsPerSecondMax: number;
  readonly pingsBurstMax: number;
  readonly pingsPerSecondMax: number;
  readonly resetsBurstMax: number;
  readonly resetsPerSecondMax: number;
  readonly emptyDataBurstMax: number;
  readonly emptyDataPerSecondMax: number;
  /** WINDOW_UPDATE, PRIORITY and unknown frames. */
  readonly controlBurstMax: number;
  readonly controlPerSecondMax: number;
  /** From the connection's start to its preface and first SETTINGS, and from our SETTINGS to their acknowledgement. */
  readonly handshakeMaxMs: number;
  /** From a HEADERS frame to the end of its block. */
  readonly headerBlockMaxMs: number;
  /** From the headers of a request to its end. */
  readonly requestMaxMs: number;
  /** How long the peer may take nothing while answers wait. */
  readonly stallMaxMs: number;
  /** A connection on which nothing comes for so long is asked whether it lives. */
  readonly keepaliveAfterMs: number;
  /** How long the answer to that may take. Generous: a stall of our own must not cut a connection. */
  readonly keepaliveMaxMs: number;
  /** Age at which a connection is told to go away, give or take a tenth; `undefined`: never. */
  readonly connectionAgeMaxMs: number | undefined;
  /** Time without calls after which a connection is told to go away; `undefined`: never. */
  readonly connectionIdleMaxMs: number | undefined;
  /** How long the answer to the PING between two GOAWAYs is waited for. */
  readonly goawayPingMaxMs: number;
  /** How long calls of a connection that goes away may take. */
  readonly goawayGraceMs: number;
  /** How long a connection that has ended may still be read, so that our last words are not lost in a reset. */
  readonly lingerMs: number;
}

export const DEFAULT_HTTP2_LIMITS: Http2Limits = {
  // Each worker thread of each Envoy holds one.
  connectionsMax: 20_000,
  // Envoy opens at most 1 024 and lowers that to what we say.
  streamsMax: 1_000,
  // All headers of a request: Envoy takes 60 KiB by default, and operators raise that.
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
  settingsBurstMax: 100,
  settingsPerSecondMax: 10,
  // gRPC clients measure the bandwidth-delay product with pings, about one for each answer.
  pingsBurstMax: 1_000,
  pingsPerSecondMax: 100,
  // Envoy resets each check that its own time limit ends: after a stall of ours a whole connection full at once.
  resetsBurstMax: 4_000,
  resetsPerSecondMax: 100,
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
