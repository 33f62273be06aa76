/** Status codes of gRPC that we answer with, by their names (gRPC's statuscodes.md). */
export const GRPC_STATUS = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

/** The message that goes with DEADLINE_EXCEEDED. */
export const DEADLINE_OVER = 'the deadline is over';
