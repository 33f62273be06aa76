import type { Claim } from '../session/claim.ts';
import type { EndOutcome, EndRequest } from '../session/end-request.ts';
import type { SessionKey } from '../session/session-key.ts';
import type {
  LoginOutcome,
  LoginVisit,
  OpenRequest,
  SessionStore,
  TouchReceiver,
  TouchRequest,
} from '../session/session-store.ts';
import type { TouchOutcome } from '../session/touch-outcome.ts';
import { answerOf, mayEndBy } from './lease.ts';
import type { Instant, QuestionCause } from './lease.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { Question, WatchedReceiver } from './question.ts';
import type { WaitingCheck } from './question.ts';

/**
 * A store that answers itself, from leases, whatever the store behind it would answer with the same
 * words. Deadlines are exact. An end by another process is enforced when this one hears of it, at
 * the latest when the lease is as old as the policy allows.
 */
export class LeasingStore implements SessionStore {
  readonly #behind: SessionStore;
  readonly #keeper: LeaseKeeper;
  /** The questions of this turn of the event loop, which are not sent yet. */
  #unsent: Map<SessionKey, Question> | undefined;

  constructor(behind: SessionStore, keeper: LeaseKeeper) {
    this.#behind = behind;
    this.#keeper = keeper;
  }

  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    const keeper = this.#keeper;
    const { key, rule } = request;
    const lease = keeper.table.get(key);
    if (rule.maxStalenessMs === 0 && lease === undefined) {
      this.#askAlone(request, deadlineAtMs, receiver);
      return;
    }
    const now = keeper.now();
    if (lease !== undefined && mayEndBy(lease, rule, now)) keeper.drop(key, 'own');
    if (rule.maxStalenessMs === 0 || !keeper.isOn(now.monotonicMs)) {
      this.#askAlone(request, deadlineAtMs, receiver);
      return;
    }
    const answer = lease === undefined ? 'none' : answerOf(lease, request, now);
    if (typeof answer === 'object') {
      keeper.observer.used?.(now.monotonicMs - (lease?.askedAtMs ?? NaN));
      receiver.touched(answer);
      return;
    }
    if (answer === 'clock') keeper.dropAll('clock');
    this.#ask({ request, deadlineAtMs, receiver }, answer, now);
  }

  async open(request: OpenRequest): Promise<TouchOutcome> {
    const outcome = await this.#behind.open(request);
    if (outcome.kind !== 'live') this.#keeper.drop(request.key, 'reply');
    return outcome;
  }

  async claim(at: SessionKey, name: SessionKey): Promise<Claim> {
    return this.#behind.claim(at, name);
  }

  async visitLogin(visit: LoginVisit): Promise<LoginOutcome> {
    if (!visit.mayEnd && !visit.maySignOut) return this.#behind.visitLogin(visit);
    return this.#whileDropping(visit.key, async () => this.#behind.visitLogin(visit));
  }

  async end(request: EndRequest): Promise<EndOutcome> {
    return this.#whileDropping(request.key, async () => this.#behind.end(request));
  }

  /**
   * Drops the lease of a session before it may be ended, and again afterwards: a check may have been
   * answered before the end, on another connection or after a redirect.
   */
  async #whileDropping<Outcome>(key: SessionKey, end: () => Promise<Outcome>): Promise<Outcome> {
    this.#keeper.drop(key, 'own');
    try {
      return await end();
    } finally {
      this.#keeper.drop(key, 'own');
    }
  }

  /** Asks for a request that wants no lease. It may find, or make, an end all the same. */
  #askAlone(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    const keeper = this.#keeper;
    keeper.observer.asked?.('off');
    if (keeper.isWanted) receiver = new WatchedReceiver(keeper, request.key, receiver);
    this.#behind.touch(request, deadlineAtMs, receiver);
  }

  #ask(check: WaitingCheck, cause: QuestionCause, now: Instant): void {
    const { request, deadlineAtMs } = check;
    const { observer } = this.#keeper;
    const unsent = (this.#unsent ??= this.#beginTurn());
    const asked = unsent.get(request.key);
    if (asked?.isFor(request) === true) {
      asked.join(check);
      return;
    }
    observer.asked?.(cause);
    const question = new Question(this.#keeper, this.#behind, check, now);
    unsent.set(request.key, question);
    this.#behind.touch(request, deadlineAtMs, question);
  }

  // Before the first question of a turn, so that this ends before the bytes are written.
  #beginTurn(): Map<SessionKey, Question> {
    process.nextTick(this.#endTurn);
    return new Map();
  }

  readonly #endTurn = (): void => {
    this.#unsent = undefined;
  };
}
