import { GRPC_STATUS, DEADLINE_OVER } from './streams/grpc-status.ts';
import type { UnaryStream } from './streams/unary-stream.ts';

/**
 * Passes calls to their methods, all calls of one turn of the event loop together. By then
 * everything that has arrived is read: a call and its cancellation may lie in the same packet, and
 * such a call needs no work.
 */
export class CallTurns {
  readonly #nowMs: () => number;
  readonly #onFailed: (fault: unknown) => void;
  #ready: UnaryStream[] = [];
  #next: UnaryStream[] = [];
  readonly #handleAll = (): void => this.#handle();

  /** @param onFailed called with what a method threw */
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
    // The clock is read for each call: the call before may have taken long.
    if (stream.isOverdue(this.#nowMs())) {
      stream.end(GRPC_STATUS.DEADLINE_EXCEEDED, DEADLINE_OVER);
      return;
    }
    try {
      stream.handle();
    } catch (fault) {
      this.#onFailed(fault);
      stream.end(GRPC_STATUS.INTERNAL, 'internal error');
    }
  }
}
