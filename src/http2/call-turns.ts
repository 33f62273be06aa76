import { GRPC_STATUS, LATE } from './grpc-status.ts';
import type { UnaryStream } from './unary-stream.ts';

/**
 * Hands calls to their methods, all of one turn of the event loop together. That is after everything which has arrived
 * is read: a question and its caller's hanging-up may lie in the same packet, and then nobody need be asked.
 */
export class CallTurns {
  readonly #nowMs: () => number;
  readonly #onFailed: (fault: unknown) => void;
  #ready: UnaryStream[] = [];
  #next: UnaryStream[] = [];
  readonly #handleAll = (): void => this.#handle();

  /** @param onFailed is told of a method that threw */
  constructor(nowMs: () => number, onFailed: (fault: unknown) => void) {
    this.#nowMs = nowMs;
    this.#onFailed = onFailed;
  }

  add(stream: UnaryStream): void {
    this.#ready.push(stream);
    if (this.#ready.length === 1) setImmediate(this.#handleAll);
  }

  #handle(): void {
    const turn = this.#ready;
    this.#ready = this.#next;
    for (const stream of turn) this.#handleOne(stream);
    turn.length = 0;
    this.#next = turn;
  }

  #handleOne(stream: UnaryStream): void {
    if (stream.isGone) return;
    // The clock is asked for each: a call before it may have taken its time.
    if (stream.isOverdue(this.#nowMs())) {
      stream.end(GRPC_STATUS.deadlineExceeded, LATE);
      return;
    }
    try {
      stream.handle();
    } catch (fault) {
      this.#onFailed(fault);
      stream.end(GRPC_STATUS.internal, 'internal error');
    }
  }
}
