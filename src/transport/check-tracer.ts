import type { CheckTrace } from '../authz/check-call.ts';

/** Reads a header of a call (gRPC calls it metadata) by its name in lower case. Several lines are joined by a comma. */
export type CallHeader = (name: string) => string | undefined;

/** Follows checks through this process, as part of the trace that the caller has begun. Must not throw. */
export interface CheckTracer {
  /** The headers that tell of the caller's trace, in lower case. No others can be read. */
  readonly headers: readonly string[];
  /** A check has arrived. `undefined`: nobody wants to follow it. {@link RpcObserver.handled} tells its end. */
  arrived(header: CallHeader): CheckTrace | undefined;
}
