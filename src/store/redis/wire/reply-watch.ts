import type { CallQueue } from './call-queue.ts';
import type { SentCall } from './sent-call.ts';

export interface ReplyWatchOptions {
  /** A reply that took longer than this is late. */
  readonly replyMaxMs: number;
  /** A connection is dead when replies are outstanding and none is in time for this long. */
  readonly silenceMaxMs: number;
  /** Called for each call whose deadline has passed. It must settle the call. */
  readonly overdue: (call: SentCall, nowMs: number) => void;
}

/**
 * Watches for replies that are late, and for connections that are dead. Calls have no timers of
 * their own: the wire calls {@link look} every few milliseconds while replies are outstanding, and
 * passes in the time.
 */
export class ReplyWatch {
  readonly #pending: CallQueue;
  readonly #options: ReplyWatchOptions;
  #heardAtMs = 0;
  #isSuspect = false;
  /** When calls were first seen overdue, with none answered in time since. */
  #lateSinceMs: number | undefined;

  constructor(pending: CallQueue, options: ReplyWatchOptions) {
    this.#pending = pending;
    this.#options = options;
  }

  /** Bytes came, or a call was sent with no other outstanding: silence is measured from now. */
  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
    this.#isSuspect = false;
  }

  /** A reply came. True if the server was quick enough, whatever the deadline of the call was. */
  answered(call: SentCall, nowMs: number): boolean {
    if (nowMs - call.startedAtMs > this.#options.replyMaxMs) return false;
    this.#lateSinceMs = undefined;
    return true;
  }

  /** Reports the calls that are overdue. False when the connection is dead. */
  look(nowMs: number): boolean {
    for (let place = 0; place < this.#pending.length; place += 1) {
      const call = this.#pending.at(place);
      if (call !== undefined && !call.isSettled && nowMs >= call.deadlineAtMs) {
        this.#options.overdue(call, nowMs);
      }
    }
    return !this.#isSilent(nowMs) && !this.#isAlwaysLate(nowMs);
  }

  // Only dead when two looks in a row see silence: after a stall of this process, replies may be
  // waiting in the socket that are read after the first look.
  #isSilent(nowMs: number): boolean {
    const isSilent =
      this.#pending.length > 0 && nowMs - this.#heardAtMs >= this.#options.silenceMaxMs;
    const isDead = isSilent && this.#isSuspect;
    this.#isSuspect = isSilent;
    return isDead;
  }

  // A connection that lost a reply is never silent, but every call on it is late.
  #isAlwaysLate(nowMs: number): boolean {
    const { replyMaxMs, silenceMaxMs } = this.#options;
    const oldest = this.#pending.at(0);
    if (oldest !== undefined && nowMs - oldest.startedAtMs > replyMaxMs) {
      this.#lateSinceMs ??= nowMs;
    }
    return (
      this.#lateSinceMs !== undefined &&
      nowMs - this.#lateSinceMs >= Math.max(0, silenceMaxMs - replyMaxMs)
    );
  }
}
