import type { CheckTrace } from '../terms/check-trace.ts';
import type { InvalidTokenCause } from '../terms/invalid-token-cause.ts';
import type { MalformedCause } from '../terms/malformed-cause.ts';
import type { SubjectFault } from '../terms/subject-fault.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { SessionTag } from '../session/session-key.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import type { Reason } from '../verdict/reason.ts';

/** What is wrong with a credential, from closed sets. The client is not informed of it. */
export type CredentialCause = MalformedCause | InvalidTokenCause;

/** One finished check, for metrics and the log. It contains no credential and no session key. */
export interface CheckObservation {
  readonly verdict: 'allow' | 'deny' | 'served' | 'none';
  readonly reason: Reason;
  /** The name of the judging policy. `undefined`: none could be selected. */
  readonly policy: string | undefined;
  readonly mode: 'enforce' | 'observe';
  /** The name of the source whose credential was found. */
  readonly source: string | undefined;
  readonly tag: SessionTag | undefined;
  /** With `malformed_credential` and `invalid_token` only. */
  readonly cause: CredentialCause | undefined;
  /** What the store found. `undefined`: it was not asked or did not answer. */
  readonly outcome: TouchOutcome | undefined;
  /** Why the subject that the request names is ignored. */
  readonly subjectFault: SubjectFault | undefined;
  readonly durationMs: number;
  readonly facts: RequestFacts;
  /** The fault that caused a `none`, for the log. Its text contains no client input. */
  readonly fault: Error | undefined;
  readonly trace?: CheckTrace | undefined;
}

/** Gets every finished check, once. Must not throw. */
export interface CheckObserver {
  checked(observation: CheckObservation): void;
}
