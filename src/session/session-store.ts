import type { CheckTrace } from './check-trace.ts';
import type { Timeouts } from './deadlines.ts';
import type { SessionKey } from './session-key.ts';
import type { EndedBy } from './session-record.ts';
import type { TouchOutcome } from './touch-outcome.ts';

/**
 * How one request judges one session: the policy in force, reduced to what the rule needs. Make one for each kind of
 * request and use it again: a store prepares what it sends for each of these objects, and for each source's.
 */
export interface TouchRule extends Timeouts {
  /** For the event that tells an end. */
  readonly policy: string;
  /** `end`: a reached limit ends the session everywhere; `keep`: it refuses this request only. */
  readonly onExpiry: 'end' | 'keep';
  /** `observe` never ends, and counts activity past the limit too. */
  readonly mode: 'enforce' | 'observe';
  /** False for passive requests. */
  readonly countsAsActivity: boolean;
}

/** What the store must know of a source, whatever the policy. */
export interface SourceRule {
  readonly source: string;
  /** Activity younger than this is not written again; 0 = exact. */
  readonly touchIntervalMs: number;
  /** Record and tombstone stay at least this long after the credential was last presented. */
  readonly retentionMs: number;
  /**
   * The limits of every enforcing policy that reads sessions and admits this source. A session is over when all of
   * them are reached; an empty list means that nothing is ever over.
   */
  readonly overLimits: readonly Timeouts[];
}

export interface TouchRequest {
  readonly key: SessionKey;
  readonly rule: TouchRule;
  readonly source: SourceRule;
  /** Of the check that asks, if it is traced. A store does not read it. */
  readonly trace?: CheckTrace | undefined;
}

export interface OpenRequest extends TouchRequest {
  readonly opening: 'first-use' | 'registered';
  /** The login time that the credential proves (milliseconds), clamped to the store's now; undefined = now. */
  readonly startedAtMs: number | undefined;
}

export interface EndRequest {
  readonly key: SessionKey;
  readonly source: SourceRule;
  readonly by: 'revoked';
}

/** `ended`: this call wrote the tombstone. `already`: an earlier one did. `unknown`: nothing to end, nothing written. */
export type EndOutcome =
  | { readonly kind: 'ended'; readonly endedAtMs: number }
  | { readonly kind: 'already'; readonly by: EndedBy; readonly endedAtMs: number }
  | { readonly kind: 'unknown' };

/** One turn of the sweeper over everything that is due. */
export interface SweepReport {
  /** Sessions ended by this turn, by the limit that was reached. */
  readonly ended: Readonly<Record<'idle' | 'absolute', number>>;
  /** Entries looked at. */
  readonly examined: number;
  /** More is due than one bounded turn may do. */
  readonly more: boolean;
  /** What cut the turn short; the ends before it are written all the same, and hence counted. */
  readonly fault: Error | undefined;
}

/**
 * Who waits for one touch. Exactly one of the two is called, exactly once, and neither may throw. A store in memory
 * calls before `touch` returns.
 */
export interface TouchReceiver {
  touched(outcome: TouchOutcome): void;
  /** A system fault, {@link StoreUnavailable} or {@link StoreOverloaded}; anything else is a bug. */
  failed(fault: Error): void;
}

/**
 * The port to the truth about sessions. Every method is one atomic step on one session.
 * Unknown, expired, ended are outcomes; only system faults throw, as {@link StoreUnavailable} or {@link StoreOverloaded}.
 * No method may be retried by the implementation after it may have reached the store.
 */
export interface SessionStore {
  /**
   * Checks one session against the rule and refreshes it. Never creates. One round trip. Never throws: whatever
   * happens is told to the receiver, because every check of a known session comes along here and a promise costs.
   *
   * From `deadlineAtMs` on, an instant of `performance.now()`, no reply is of use: {@link StoreUnavailable} (`late`).
   */
  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void;
  /** Creates the session unless it exists or left a tombstone, then judges it as {@link touch} does. */
  open(request: OpenRequest): Promise<TouchOutcome>;
  /**
   * Settles, for one of its names, under which of them an unknown credential is opened: the first who asks decides for all who ask within
   * a minute. Needed while several server keys are listed, or two replicas that write with different ones would open
   * one session twice.
   *
   * `at` is one of the credential's names, `name` that under which the caller would open it. Creates no session.
   */
  claim(at: SessionKey, name: SessionKey): Promise<SessionKey>;
  /** Revokes: ends one session before its deadlines. */
  end(request: EndRequest): Promise<EndOutcome>;
  /** Ends sessions that are over by every limit of their source. `sources` maps source names to their rules. */
  sweep(sources: ReadonlyMap<string, SourceRule>, examinedMax: number): Promise<SweepReport>;
  /** Releases sockets and timers; pending calls fail. */
  close(): Promise<void>;
}

/** The store could not be asked in time, or refused: there is no verdict. */
export class StoreUnavailable extends Error {
  readonly code = 'ERR_STORE_UNAVAILABLE';
  /** `refused`: the store answered with an error; `late`: no answer in time; `down`: no connection. */
  readonly fault: 'refused' | 'late' | 'down';
  constructor(kind: 'refused' | 'late' | 'down', message: string) {
    super(message);
    this.name = 'StoreUnavailable';
    this.fault = kind;
  }
}

/** The store is at its stated maximum and cannot open another session: no verdict, `overloaded`. */
export class StoreOverloaded extends Error {
  readonly code = 'ERR_STORE_OVERLOADED';
  constructor(message: string) {
    super(message);
    this.name = 'StoreOverloaded';
  }
}
