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
import { answerOf, isAtLimit } from './lease.ts';
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
    // The store may end or mark it now.
    if (lease !== undefined && isAtLimit(lease, rule, now)) keeper.drop(key, 'own');
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
    return this.#behind.open(request);
  }

  async claim(at: SessionKey, name: SessionKey): Promise<Claim> {
    return this.#behind.claim(at, name);
  }

  async visitLogin(visit: LoginVisit): Promise<LoginOutcome> {
    if (visit.mayEnd || visit.maySignOut) this.#keeper.drop(visit.key, 'own');
    return this.#behind.visitLogin(visit);
  }

  async end(request: EndRequest): Promise<EndOutcome> {
    this.#keeper.drop(request.key, 'own');
    try {
      return await this.#behind.end(request);
    } finally {
      // A check that asked meanwhile may have been answered before the end.
      this.#keeper.drop(request.key, 'own');
    }
  }

  /** Asks for a request that wants no lease. It may find, or make, an end all the same. */
  #askAlone(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void {
    const keeper = this.#keeper;
    keeper.observer.asked?.('off');
    const isWatched = keeper.table.size > 0 || keeper.questionsInFlight > 0;
    const watched = isWatched ? new WatchedReceiver(keeper, request.key, receiver) : receiver;
    this.#behind.touch(request, deadlineAtMs, watched);
  }

  #ask(check: WaitingCheck, cause: QuestionCause, now: Instant): void {
    const { request, deadlineAtMs } = check;
    const { observer } = this.#keeper;
    const unsent = (this.#unsent ??= this.#beginTurn());
    const asked = unsent.get(request.key);
    if (asked?.isFor(request) === true) {
      observer.shared?.();
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
