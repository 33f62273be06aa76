import type { OnStoreLoss } from '../terms/on-store-loss.ts';
import type { Timeouts } from '../terms/timeouts.ts';
import type { CallingCheck } from './calling-check.ts';
import type { Claim } from './claim.ts';
import type { SessionClocks } from './deadlines.ts';
import type { EndOutcome, EndRequest } from './end-request.ts';
import type { SessionKey } from './session-key.ts';
import type { EndedBy } from './session-record.ts';
import type { SubjectKey } from './subject-key.ts';
import type { TouchOutcome } from './touch-outcome.ts';

/**
 * How one request is to be checked: its policy, reduced to what the rule needs. Make one object for
 * each kind of request and reuse it: a store prepares what it sends for each of these objects, and
 * for each {@link SourceRule}.
 */
export interface TouchRule extends Timeouts {
  /** The name of the policy, for the event that reports an end. */
  readonly policy: string;
  /**
   * What a reached limit does. `end`: it ends the session everywhere. `challenge`: it refuses this
   * request only, and leaves the challenge mark. `keep`: it refuses this request only, and leaves
   * nothing.
   */
  readonly onExpiry: 'end' | 'challenge' | 'keep';
  /** `observe` never ends a session, leaves no mark, and counts activity past the limit too. */
  readonly mode: 'enforce' | 'observe';
  /** False for passive requests. */
  readonly countsAsActivity: boolean;
  /** How old the last reply about a live session may be to be used again; 0 = the store is asked. */
  readonly maxStalenessMs: number;
}

/** What the store must know of a source, whatever the policy is. */
export interface SourceRule {
  readonly source: string;
  /** Activity is not written again until it is at least this old; 0 = exact. */
  readonly touchIntervalMs: number;
  /** Record and tombstone are kept at least this long after the credential was last presented. */
  readonly retentionMs: number;
  /**
   * The limits of every enforcing policy that reads sessions and admits this source. A session is
   * over when all of them are reached. With an empty list nothing is ever over.
   */
  readonly overLimits: readonly EndLimits[];
  /**
   * The limits of the enforcing policies that end sessions of this source, for the login that finds
   * one over: those that can be the first to be reached.
   */
  readonly endLimits: readonly EndLimits[];
}

export interface TouchRequest extends CallingCheck {
  readonly key: SessionKey;
  readonly rule: TouchRule;
  readonly source: SourceRule;
  /** The subject that this request names. The outcome says whether the session is its own. */
  readonly subject?: SubjectKey | undefined;
}

export interface OpenRequest extends TouchRequest {
  readonly opening: 'first-use' | 'registered';
  /** The login time that the credential proves, at most the store's now; `undefined` = now. */
  readonly startedAtMs: number | undefined;
  /**
   * Whose session it becomes. It must have entered the index of the subject before (see
   * `SessionDirectory.enter`), so that an end of the subject finds it. It is not noted while not all
   * replicas can read subjects.
   */
  readonly subject?: SubjectKey | undefined;
  /** The subject in clear, only if the policy file asks for that. */
  readonly subjectName?: string | undefined;
  /**
   * Limits that the session brings along; they only tighten. The caller asks first whether all
   * replicas can read them (`own_limits`). Until then such an opening is refused.
   */
  readonly ownLimits?: Timeouts | undefined;
  /**
   * `fence`: where the store has lost data, nothing opens, and the call fails as
   * {@link StoreUnavailable}. By default it opens. A store that is gone with its process cannot lose
   * data and go on.
   */
  readonly onStoreLoss?: OnStoreLoss | undefined;
  /** The token of its claim, if it has several names: it opens only while that claim holds. */
  readonly claim?: string | undefined;
}

/** The limits of one policy that ends sessions, at once or when all others are reached, too. */
export interface EndLimits extends Timeouts {
  readonly policy: string;
}

/** A request for a page or a call of a login, with the session that its credential names. */
export interface LoginVisit extends CallingCheck {
  readonly key: SessionKey;
  readonly source: SourceRule;
  /**
   * The limits of every enforcing policy that ends sessions of this source. Make one list for each
   * source and reuse it: a store prepares what it sends for each of these objects.
   */
  readonly endLimits: readonly EndLimits[];
  /**
   * Whether the visit may end a session that has reached one of these limits. True for a navigation
   * and for every method but GET and HEAD.
   */
  readonly mayEnd: boolean;
  /**
   * Whether the visit may end a session with the challenge mark, because a fresh login replaces it.
   * True for every method but GET and HEAD, unless the request is cross-site.
   */
  readonly maySignOut: boolean;
}

/**
 * What a visit of a login found. `over`: a limit is reached, and the session was left as it is
 * because the visit may not end it. `marked`: a fresh login is under way, so the credential is not
 * passed on.
 */
export type LoginOutcome =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'live'; readonly clocks: SessionClocks }
  | {
      readonly kind: 'ended';
      readonly by: EndedBy;
      readonly endedAtMs: number;
      /** Whether this visit ended it, and wrote the event. */
      readonly byThisVisit: boolean;
      /** If this visit ended it: whose session it was. */
      readonly subject?: SubjectKey | undefined;
    }
  | { readonly kind: 'over'; readonly by: 'idle' | 'absolute' }
  | { readonly kind: 'marked' };

/**
 * Waits for the outcome of one touch. Exactly one of the two methods is called, exactly once, and
 * neither may throw. A store in memory calls it before `touch` returns.
 */
export interface TouchReceiver {
  touched(outcome: TouchOutcome): void;
  /** @param fault {@link StoreUnavailable} or {@link StoreOverloaded}; anything else is a bug */
  failed(fault: Error): void;
}

/**
 * Where the sessions are. Every method is one atomic step on one session. Unknown, expired and
 * ended are outcomes; only system faults throw, as {@link StoreUnavailable} or
 * {@link StoreOverloaded}. An implementation never repeats a call that may have reached the store.
 */
export interface SessionStore {
  /**
   * Checks one session against the rule and refreshes it. It never creates one, and needs one round
   * trip. It never throws: every check of a known session makes this call, and a promise would cost
   * too much, so the receiver gets the outcome or the fault.
   *
   * No reply is used from `deadlineAtMs` on, an instant of `performance.now()`: the call then fails
   * as {@link StoreUnavailable} (`late`).
   */
  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void;
  /** Creates the session unless it exists or has ended, then checks it as {@link touch} does. */
  open(request: OpenRequest): Promise<TouchOutcome>;
  /**
   * Settles the name under which an unknown credential is opened: the first call decides for a
   * minute. This is needed while several server keys are listed: two replicas that write with
   * different keys would open the same session twice. Creates no session.
   *
   * @param at one of the credential's names, under which the decision is kept
   * @param name the name that the caller would open
   * @throws {StoreUnavailable} (`refused`) in the last seconds of that minute
   */
  claim(at: SessionKey, name: SessionKey): Promise<Claim>;
  /**
   * Checks the session of a visit of a login. It opens nothing, and is never activity. If several
   * limits are reached, the session ends by the one that was reached first, for the policy that has
   * it.
   */
  visitLogin(visit: LoginVisit): Promise<LoginOutcome>;
  /** Ends one session on request, whatever its deadlines are. */
  end(request: EndRequest): Promise<EndOutcome>;
}

/** The store could not be asked in time, or refused. There is no verdict. */
export class StoreUnavailable extends Error {
  readonly code = 'ERR_STORE_UNAVAILABLE';
  /** `refused`: it answered with an error; `late`: no answer in time; `down`: no connection. */
  readonly fault: 'refused' | 'late' | 'down';
  constructor(kind: 'refused' | 'late' | 'down', message: string) {
    super(message);
    this.name = 'StoreUnavailable';
    this.fault = kind;
  }
}

/** The store holds as many sessions as it may and cannot open another: no verdict, `overloaded`. */
export class StoreOverloaded extends Error {
  readonly code = 'ERR_STORE_OVERLOADED';
  constructor(message: string) {
    super(message);
    this.name = 'StoreOverloaded';
  }
}
