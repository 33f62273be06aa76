/** Why a session has ended, as the answer to a check names it. */
export type EndReason = 'idle_timeout' | 'absolute_timeout' | 'revoked' | 'signed_out';

/** A policy of the recorded policy file, as far as the rule needs it. It enforces. */
export interface Policy {
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly onExpiry: 'end' | 'challenge';
}

/** One version of the policy file. */
export interface PolicyFile {
  readonly policies: Readonly<Record<string, Policy>>;
  readonly touchIntervalMs: number;
  /** The first instant at which a replica may have used it. */
  readonly fromMs: number;
  /** The last instant; `Infinity` for the newest version. */
  readonly untilMs: number;
}

/** A check as a request of a user causes it. */
export interface CheckQuestion {
  readonly kind: 'check';
  /** The name of a policy in each policy file. */
  readonly policy: string;
  readonly isPassive: boolean;
}

/**
 * Whatever was asked of Curfew: a check, a request under `ends_session` (`logout`), or an end by the
 * administration (`revoke`).
 */
export type Question = CheckQuestion | { readonly kind: 'logout' } | { readonly kind: 'revoke' };

/** What the asker was answered. */
export type Answer =
  /** `absoluteRemainingS`: the whole seconds to the absolute deadline, if the answer says them. */
  | { readonly kind: 'allow'; readonly reason: string; readonly absoluteRemainingS?: number }
  | { readonly kind: 'deny'; readonly reason: string }
  /** The end was made by this call; `before`: the session had ended before, for this reason. */
  | { readonly kind: 'ended'; readonly before?: string }
  /** No answer, or one that decides nothing. It may have run, also later. */
  | { readonly kind: 'none'; readonly why: string };

/** One question and its answer. */
export interface Entry {
  /** A number that stands for one credential. */
  readonly session: number;
  readonly question: Question;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  readonly answer: Answer;
}

/** A fault, from just before it was made until all was as before. */
export interface FaultWindow {
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Of what was written after this instant, all or a part may be lost; left out: nothing may be. */
  readonly mayLoseSinceMs?: number;
  /**
   * Until then replicas may not know what all of them can read, and write the reasons of ends that
   * every version knows: `revoked` for a logout.
   */
  readonly plainReasonsUntilMs?: number;
}

/** What askers saw of a Curfew, and what was done to it meanwhile. All times are those of one clock. */
export interface Recording {
  /** What happened, for people. */
  readonly title: string;
  readonly seed: number;
  /**
   * How the store's clock relates to that of the askers: the store reads whole steps, and each of
   * their times may be off by `roundingMs`.
   */
  readonly clock: { readonly stepMs: number; readonly roundingMs: number };
  readonly files: readonly PolicyFile[];
  readonly faults: readonly FaultWindow[];
  readonly entries: readonly Entry[];
}
