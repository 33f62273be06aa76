import type { CheckTrace } from '../authz/check-call.ts';

/** Reads a header of a call by its lower-case name. Several lines are joined by a comma. */
export type CallHeader = (name: string) => string | undefined;

/** Traces checks through this process, as part of the caller's trace. Must not throw. */
export interface CheckTracer {
  /** The headers that carry the caller's trace, in lower case. Only these can be read. */
  readonly headers: readonly string[];
  /** A check has arrived. Returns its trace, or `undefined` if it is not traced. */
  arrived(header: CallHeader): CheckTrace | undefined;
}
