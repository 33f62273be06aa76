/** The two timeouts of one policy: durations in milliseconds. `undefined`: off. */
export interface Timeouts {
  readonly idleTimeoutMs: number | undefined;
  readonly absoluteTimeoutMs: number | undefined;
}
