import type { SweepReport } from '../session/session-store.ts';

/** What one call of the store came to, as a metric's label: what was found, or why nothing was. */
export const CALL_OUTCOMES = [
  'live',
  'expired',
  'ended',
  'already',
  'unknown',
  'over',
  'waiting',
  'done',
  'ok',
  'refused',
  'late',
  'down',
] as const;

export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/** What the store is asked for: a script's name, or `read` for the plain commands around the scripts. */
export type StoreCall =
  'touch' | 'open' | 'end' | 'sweep' | 'announce' | 'limits' | 'claim' | 'read';

/** Told what the store does, for metrics. Carries no key and no credential. Must not throw. */
export interface StoreObserver {
  called(call: StoreCall, outcome: CallOutcome, seconds: number): void;
  /** Whether commands can be sent at this moment. */
  up(isUp: boolean): void;
  /** The store's clock minus this process's, in seconds; told now and then. */
  clockSkew(seconds: number): void;
  /** A reply that belonged to another call was caught; its connection is gone. */
  desync(): void;
}

/** What sweeping came to, for metrics and the log. Must not throw. */
export interface SweepObserver {
  /** A turn is over. */
  swept(report: SweepReport): void;
  /** A turn failed; the next one tries again. */
  sweepFailed(fault: Error): void;
}

/** For whoever does not measure. */
export const SILENT_OBSERVER: StoreObserver = {
  called: () => undefined,
  up: () => undefined,
  clockSkew: () => undefined,
  desync: () => undefined,
};
