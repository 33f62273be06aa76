/** Status codes of gRPC that the server itself answers with (gRPC's statuscodes.md). */
export const GRPC_STATUS = {
  deadlineExceeded: 4,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
} as const;

/** What a caller is told whose time is over. */
export const LATE = 'the deadline is over';
