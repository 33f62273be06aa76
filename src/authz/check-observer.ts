import type { CheckTrace } from '../session/check-trace.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { SessionTag } from '../session/session-key.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import type { Reason } from '../verdict/reason.ts';

/** What one finished check was, for metrics and the log. Carries no credential and no session key. */
export interface CheckObservation {
  readonly verdict: 'allow' | 'deny' | 'none';
  readonly reason: Reason;
  /** The judging policy's name; `undefined` when none could be selected. */
  readonly policy: string | undefined;
  readonly mode: 'enforce' | 'observe';
  /** Name of the source that found the credential. */
  readonly source: string | undefined;
  readonly tag: SessionTag | undefined;
  /** What the store found; `undefined` when it was not asked or did not answer. */
  readonly outcome: TouchOutcome | undefined;
  readonly durationMs: number;
  readonly facts: RequestFacts;
  /** The fault behind a `none`, for the log. Its text is free of client input. */
  readonly fault: Error | undefined;
  readonly trace?: CheckTrace | undefined;
}

/** Told of every finished check, once. Must not throw. */
export interface CheckObserver {
  checked(observation: CheckObservation): void;
}
