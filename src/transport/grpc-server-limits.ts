import type { ServerOptions } from '@grpc/grpc-js';

/** What the gRPC server puts up with. Durations in milliseconds. */
export interface GrpcServerLimits {
  /** Bytes of one CheckRequest. A larger one is RESOURCE_EXHAUSTED before it is decoded. */
  readonly requestBytesMax: number;
  /** Checks open at a time in the whole process, beyond which a further one is refused undecoded. */
  readonly callsMax: number;
  /** Calls open at a time on one connection. */
  readonly streamsPerConnectionMax: number;
  /** Age at which a connection is told to go away, `undefined`: never. */
  readonly connectionAgeMaxMs: number | undefined;
  /** Idle time after which a connection is told to go away, `undefined`: never. */
  readonly connectionIdleMaxMs: number | undefined;
}

export const DEFAULT_GRPC_SERVER_LIMITS: GrpcServerLimits = {
  // All headers of a request: Envoy takes 60 KiB by default, and operators raise that.
  requestBytesMax: 1024 * 1024,
  // A backstop for memory. The handler refuses long before, in its own way: an observing policy still allows there.
  callsMax: 4096,
  // Envoy opens at most 1 024 and lowers that to what we say.
  streamsPerConnectionMax: 1000,
  // grpc-js sends both GOAWAY frames back to back, and loses about one check in ten of them under load.
  connectionAgeMaxMs: undefined,
  connectionIdleMaxMs: undefined,
};

const CONNECTION_AGE_GRACE_MS = 30_000;

/** Every option of grpc-js that we rely on, each with its reason. */
export function grpcServerOptions(limits: GrpcServerLimits): ServerOptions {
  return {
    // Statistics for a debugging service that we do not offer, at a cost for each call.
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': limits.requestBytesMax,
    // Our own answers are small; were one not, a refusal here would turn a verdict into an error.
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': limits.streamsPerConnectionMax,
    // Finds peers that vanished without a word. Generous, because a stall of our own must not cut a connection.
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 20_000,
    // MB for each connection; grpc-js would switch the limit off. Room for 1 000 checks of 60 KiB.
    'grpc-node.max_session_memory': 64,
    ...(limits.connectionAgeMaxMs === undefined
      ? {}
      : {
          'grpc.max_connection_age_ms': limits.connectionAgeMaxMs,
          'grpc.max_connection_age_grace_ms': CONNECTION_AGE_GRACE_MS,
        }),
    ...(limits.connectionIdleMaxMs === undefined
      ? {}
      : { 'grpc.max_connection_idle_ms': limits.connectionIdleMaxMs }),
  };
}
