import type { SessionKey } from '../session/session-key.ts';
import type { SessionStore, TouchReceiver, TouchRequest } from '../session/session-store.ts';
import { StoreUnavailable } from '../session/session-store.ts';
import type { LiveOutcome, TouchOutcome } from '../session/touch-outcome.ts';
import { leaseOf } from './lease.ts';
import type { Instant } from './lease.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

/** A check that waits for the store. */
export interface WaitingCheck {
  readonly request: TouchRequest;
  readonly deadlineAtMs: number;
  readonly receiver: TouchReceiver;
}

/** Drops the lease of a session that turns out not to be live. */
export class WatchedReceiver implements TouchReceiver {
  readonly #keeper: LeaseKeeper;
  readonly #key: SessionKey;
  readonly #receiver: TouchReceiver;

  constructor(keeper: LeaseKeeper, key: SessionKey, receiver: TouchReceiver) {
    this.#keeper = keeper;
    this.#key = key;
    this.#receiver = receiver;
  }

  touched(outcome: TouchOutcome): void {
    if (outcome.kind !== 'live') this.#keeper.drop(this.#key, 'reply');
    this.#receiver.touched(outcome);
  }

  failed(fault: Error): void {
    this.#receiver.failed(fault);
  }
}

/** One touch on its way to the store, and the checks that wait for the same reply. */
export class Question implements TouchReceiver {
  readonly #keeper: LeaseKeeper;
  readonly #behind: SessionStore;
  readonly #request: TouchRequest;
  readonly #receiver: TouchReceiver;
  readonly #at: Instant;
  /** What had been heard of the session then. */
  readonly #since: number;
  #followers: WaitingCheck[] | undefined;
  #isAnswered = false;

  constructor(keeper: LeaseKeeper, behind: SessionStore, check: WaitingCheck, at: Instant) {
    this.#keeper = keeper;
    this.#behind = behind;
    this.#request = check.request;
    this.#receiver = check.receiver;
    this.#at = at;
    this.#since = keeper.table.newsOf(check.request.key);
  }

  /** Whether the reply says all about this request, too. */
  isFor({ key, rule, source, subject }: TouchRequest): boolean {
    const asked = this.#request;
    if (this.#isAnswered || rule !== asked.rule || source !== asked.source) return false;
    return subject === asked.subject && this.#since === this.#keeper.table.newsOf(key);
  }

  join(follower: WaitingCheck): void {
    (this.#followers ??= []).push(follower);
  }

  touched(outcome: TouchOutcome): void {
    this.#isAnswered = true;
    const { key, subject } = this.#request;
    if (outcome.kind === 'live') {
      const lease = leaseOf(outcome, { subject, at: this.#at });
      if (lease !== undefined) this.#keeper.table.put(key, lease, this.#since);
    } else {
      this.#keeper.drop(key, 'reply');
    }
    this.#receiver.touched(outcome);
    for (const follower of this.#followers ?? []) this.#share(outcome, follower);
  }

  failed(fault: Error): void {
    this.#isAnswered = true;
    this.#receiver.failed(fault);
    for (const { receiver } of this.#followers ?? []) receiver.failed(fault);
  }

  #share(outcome: TouchOutcome, { request, deadlineAtMs, receiver }: WaitingCheck): void {
    if (this.#keeper.now().monotonicMs >= deadlineAtMs) {
      receiver.failed(new StoreUnavailable('late', 'the reply came too late'));
    } else if (outcome.kind === 'live') {
      this.#keeper.observer.shared?.();
      receiver.touched(this.#again(outcome));
    } else {
      this.#keeper.observer.asked?.('none');
      // An end or a mark is for the store to report, to each of them.
      this.#behind.touch(request, deadlineAtMs, receiver);
    }
  }

  // As if it had come a moment later.
  #again(outcome: LiveOutcome): LiveOutcome {
    if (outcome.activity !== 'moved' || this.#request.source.touchIntervalMs === 0) return outcome;
    return { ...outcome, activity: 'skipped' };
  }
}
