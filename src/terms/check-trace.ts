/**
 * The trace that a check belongs to, if it is traced. The pipeline, the store and the transport
 * pass it on without reading it, so that their observers can connect the parts of one check.
 */
export interface CheckTrace {
  /** The id of W3C Trace Context: 32 hexadecimal digits. */
  readonly traceId: string;
}
