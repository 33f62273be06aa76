import type { CheckTrace } from '../terms/check-trace.ts';
import type { RequestFacts } from '../terms/request-facts.ts';

/** The check that calls the store, for the observers of the store. Stores do not read it. */
export interface CallingCheck {
  /** The request that is checked. */
  readonly facts?: RequestFacts | undefined;
  /** The trace of the check, if it is traced. */
  readonly trace?: CheckTrace | undefined;
}
