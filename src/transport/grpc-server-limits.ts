import { DEFAULT_HTTP2_LIMITS, type Http2Limits } from '../http2/http2-limits.ts';

/**
 * The limits of HTTP/2 that every transport must keep. The transport `fast` has more of its own.
 */
type SharedLimit =
  | 'messageBytesMax'
  | 'streamsMax'
  | 'keepaliveAfterMs'
  | 'keepaliveMaxMs'
  | 'connectionAgeMaxMs'
  | 'goawayGraceMs';

/** The limits of a gRPC server, whichever transport it is. */
export interface GrpcServerLimits extends Pick<Http2Limits, SharedLimit> {
  /** Checks open at a time in the whole process. One more is refused before it is decoded. */
  readonly callsMax: number;
}

export const DEFAULT_GRPC_SERVER_LIMITS: GrpcServerLimits = {
  ...DEFAULT_HTTP2_LIMITS,
  // A backstop for memory. The check handler refuses long before, in its own way: there a policy
  // that only observes still allows.
  callsMax: 4096,
};
