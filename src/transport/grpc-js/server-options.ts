import type { ServerOptions } from '@grpc/grpc-js';
import type { GrpcServerLimits } from '../grpc-server-limits.ts';

/** Every option of grpc-js that we rely on, each with its reason. */
export function grpcServerOptions(limits: Omit<GrpcServerLimits, 'callsMax'>): ServerOptions {
  const {
    messageBytesMax,
    streamsMax,
    keepaliveAfterMs,
    keepaliveMaxMs,
    connectionAgeMaxMs,
    goawayGraceMs,
    ...untranslated
  } = limits;
  // Does not compile while a limit has no option below.
  untranslated satisfies Record<string, never>;
  return {
    // Statistics for a debugging service that we do not offer. They would cost time on every call.
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': messageBytesMax,
    // Our answers are small. If one were not, a limit would turn a verdict into an error.
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': streamsMax,
    'grpc.keepalive_time_ms': keepaliveAfterMs,
    'grpc.keepalive_timeout_ms': keepaliveMaxMs,
    // MB for each connection; grpc-js would switch the limit off. Room for 1 000 checks of 60 KiB.
    'grpc-node.max_session_memory': 64,
    // grpc-js sends both of its GOAWAY frames at once, so under load about one ageing connection in
    // ten loses a check.
    ...(connectionAgeMaxMs === undefined
      ? {}
      : {
          'grpc.max_connection_age_ms': connectionAgeMaxMs,
          'grpc.max_connection_age_grace_ms': goawayGraceMs,
        }),
  };
}
