import type { Fault } from './fault.ts';

/** A real store, with the faults that it may have. */
export interface FaultyStore {
  /** For the table, with the version of its servers. */
  readonly name: string;
  /** The address of the store for each replica of Curfew. */
  readonly urls: readonly string[];
  /** More flags of `serve`. */
  readonly flags: readonly string[];
  readonly faults: readonly Fault[];
  close(): Promise<void>;
}
