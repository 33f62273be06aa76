/** Earliest and latest possible value of something that was not seen itself. */
interface Between {
  readonly lo: number;
  readonly hi: number;
}

/** A policy, as far as the model needs it. */
export interface ModelledPolicy {
  readonly path: string;
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly onExpiry: 'end' | 'challenge';
  readonly isPassive: boolean;
}

/** Limits that a session brings along. */
export interface ModelledLimits {
  readonly idleMs: number;
  readonly absoluteMs: number;
}

/** One verdict, and when its check was sent and answered, by the clock that the store uses, too. */
export interface SeenVerdict {
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  readonly isAllowed: boolean;
  readonly reason: string;
}

/** Times are whole milliseconds, so each may be off by one. */
const ROUNDING_MS = 1;

/**
 * What one session must be answered, whichever version answers. The model knows only what its
 * client sees: each decision was made at some time between the question and the answer. Where both
 * answers are possible, it takes the one that it sees for true.
 */
export class SessionModel {
  readonly #ending: ModelledPolicy;
  #started: Between | undefined;
  #last: Between = { lo: 0, hi: 0 };
  #gap: Between = { lo: 0, hi: 0 };
  /** The reasons that it may be refused for since it ended. Versions may name an end differently. */
  #endedFor: readonly string[] | undefined;
  #own: ModelledLimits | undefined;
  readonly #holdsOwn: () => boolean;
  refusals = 0;
  /** Whether the session was refused by a policy that challenges. */
  wasChallenged = false;

  /**
   * @param ending the policy with the longest limits, by which the sweeper ends
   * @param holdsOwn whether every replica that runs now holds a session to its own limits
   */
  constructor(ending: ModelledPolicy, holdsOwn: () => boolean) {
    this.#ending = ending;
    this.#holdsOwn = holdsOwn;
  }

  /** It was registered. */
  register(sentAtMs: number, answeredAtMs: number, own: ModelledLimits | undefined): void {
    const at = { lo: sentAtMs - ROUNDING_MS, hi: answeredAtMs + ROUNDING_MS };
    [this.#started, this.#last, this.#own] = [at, at, own];
  }

  /** Whether it has certainly ended. */
  get isEnded(): boolean {
    return this.#endedFor !== undefined;
  }

  /** It was ended on request, or had ended before. */
  end(reasons: readonly string[]): void {
    this.#endedFor = reasons;
  }

  /** What is wrong with a verdict; `undefined` if nothing is. */
  judge(policy: ModelledPolicy, verdict: SeenVerdict): string | undefined {
    const at = { lo: verdict.sentAtMs - ROUNDING_MS, hi: verdict.answeredAtMs + ROUNDING_MS };
    const { isAllowed, reason } = verdict;
    if (this.#endedFor !== undefined) {
      if (isAllowed) return 'an ended session was allowed';
      if (!this.#endedFor.includes(reason)) return `ended for ${this.#endedFor.join(' or ')}`;
      this.refusals += 1;
      return undefined;
    }
    if (this.#started === undefined) {
      if (!isAllowed) return 'a new session was refused';
      [this.#started, this.#last] = [at, at];
      return undefined;
    }
    if (!isAllowed) return this.#refused(policy, reason, at);
    if (this.#reached(policy, at).surely) return 'allowed past a limit';
    if (!policy.isPassive) this.#touched(at);
    return undefined;
  }

  #refused(policy: ModelledPolicy, reason: string, at: Between): string | undefined {
    if (reason === 'reauthentication_required') {
      if (policy.onExpiry !== 'challenge') return 'a challenge of a policy that ends';
      if (!this.#reached(policy, at).maybe) return 'challenged before a limit';
      this.wasChallenged = true;
      return undefined;
    }
    if (reason !== 'idle_timeout' && reason !== 'absolute_timeout') return 'refused for no limit';
    // Its own policy has ended it, or the sweeper.
    const ending = policy.onExpiry === 'end' ? policy : this.#ending;
    const reached = this.#reached(ending, at);
    if (!reached.maybe) return 'ended before a limit';
    if (reason === 'idle_timeout' && !reached.maybeIdle) return 'ended by the other limit';
    if (reason === 'absolute_timeout' && !reached.maybeAbsolute) return 'ended by the other limit';
    this.#endedFor = [reason];
    return undefined;
  }

  #reached(policy: ModelledPolicy, at: Between) {
    const [started, last, gap] = [this.#started ?? at, this.#last, this.#gap];
    const { idleMs, absoluteMs } = tightened(policy, this.#own);
    const maybeIdle = gap.hi >= idleMs || at.hi - last.lo >= idleMs;
    const maybeAbsolute = at.hi - started.lo >= absoluteMs;
    // An earlier version does not know the session's own limits.
    const held = tightened(policy, this.#holdsOwn() ? this.#own : undefined);
    const surely =
      gap.lo >= held.idleMs ||
      at.lo - last.hi >= held.idleMs ||
      at.lo - started.hi >= held.absoluteMs;
    return { surely, maybe: maybeIdle || maybeAbsolute, maybeIdle, maybeAbsolute };
  }

  #touched(at: Between): void {
    const pause = { lo: at.lo - this.#last.hi, hi: at.hi - this.#last.lo };
    this.#gap = { lo: Math.max(this.#gap.lo, pause.lo), hi: Math.max(this.#gap.hi, pause.hi) };
    this.#last = at;
  }
}

function tightened(policy: ModelledLimits, own: ModelledLimits | undefined): ModelledLimits {
  return {
    idleMs: Math.min(policy.idleMs, own?.idleMs ?? Infinity),
    absoluteMs: Math.min(policy.absoluteMs, own?.absoluteMs ?? Infinity),
  };
}
