/**
 * The trace that a check belongs to, where somebody follows it. What judges, stores and answers hands it on, so that those
 * who observe find each other's part of one check; it is never looked into on the way.
 */
export interface CheckTrace {
  /** The id of W3C Trace Context: 32 hexadecimal digits. */
  readonly traceId: string;
}
