import type { CallQueue } from './call-queue.ts';
import type { SentCall } from './sent-call.ts';

export interface ReplyWatchOptions {
  /** A reply that took longer than this is late. */
  readonly replyMaxMs: number;
  /** A connection that owes replies and is silent, or always late, for this long is dead. */
  readonly silenceMaxMs: number;
  /** Told of each call whose deadline has passed. */
  readonly overdue: (call: SentCall, nowMs: number) => void;
}

/**
 * Watches the replies that a connection owes. Time is handed in, and no call has a timer: whoever owns the connection
 * looks every few milliseconds while any reply is owed.
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

  /** Bytes came, or the first reply is owed: silence is measured from here. */
  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
    this.#isSuspect = false;
  }

  /** A reply came. True when it was in time for the store, whatever its caller's deadline is. */
  answered(call: SentCall, nowMs: number): boolean {
    if (nowMs - call.startedAtMs > this.#options.replyMaxMs) return false;
    this.#lateSinceMs = undefined;
    return true;
  }

  /** Tells what is overdue. False when the connection is dead. */
  look(nowMs: number): boolean {
    for (let place = 0; place < this.#pending.length; place += 1) {
      const call = this.#pending.at(place);
      if (call !== undefined && !call.isTold && nowMs >= call.deadlineAtMs) {
        this.#options.overdue(call, nowMs);
      }
    }
    return !this.#isSilent(nowMs) && !this.#isAlwaysLate(nowMs);
  }

  // Seen twice: after a stall of our own the bytes of half a second may be waiting to be read behind the first look.
  #isSilent(nowMs: number): boolean {
    const isSilent =
      this.#pending.length > 0 && nowMs - this.#heardAtMs >= this.#options.silenceMaxMs;
    const isDead = isSilent && this.#isSuspect;
    this.#isSuspect = isSilent;
    return isDead;
  }

  // Silence is not all: a connection that lost a reply is never silent, and every call on it is late.
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
