import { GRPC_STATUS, DEADLINE_OVER } from './grpc-status.ts';
import type { CallHead } from './request-head.ts';
import type { UnaryCall } from './unary-call.ts';

/** What a stream's connection does for it. */
export interface StreamOwner {
  nowMs(): number;
  reply(stream: UnaryStream, message: string): void;
  send(stream: UnaryStream, message: string): void;
  end(stream: UnaryStream, code: number, message: string): void;
  refuse(stream: UnaryStream, block: string): void;
  /** The handler of an abandoned call has finished. */
  released(): void;
}

/** One stream and its one call: what has arrived, what is to be sent, and how far both are. */
export class UnaryStream implements UnaryCall {
  readonly id: number;
  readonly head: CallHead;
  readonly openedAtMs: number;
  readonly deadlineAtMs: number;
  onAbandoned: ((how: 'cancelled' | 'deadline') => void) | undefined = undefined;

  /** The peer has ended its side of the stream. */
  isRequestComplete = false;
  /** DATA so far, without padding. */
  receivedBytes = 0;
  /** How much more the peer may send. */
  receiveWindow: number;
  /**
   * The parts of a message that does not lie in one frame. The buffer is longer than its content.
   */
  parts: Buffer | undefined = undefined;
  /** The whole message, from its arrival until it is handled. */
  message: Buffer | undefined = undefined;

  /** How much more we may send. */
  sendWindow: number;
  areHeadersSent = false;
  /** DATA that waits for a window, as text whose characters are bytes. */
  pending = '';
  /** The trailers that follow it, once the handler has ended the call. */
  trailers: string | undefined = undefined;

  #isHandled = false;
  #isAnswered = false;
  #isGone = false;
  readonly #owner: StreamOwner;

  constructor(owner: StreamOwner, id: number, head: CallHead, windows: StreamWindows) {
    this.#owner = owner;
    this.id = id;
    this.head = head;
    this.openedAtMs = windows.nowMs;
    this.deadlineAtMs = windows.nowMs + head.timeoutMs;
    this.receiveWindow = windows.receiveWindow;
    this.sendWindow = windows.sendWindow;
  }

  get isOver(): boolean {
    return this.#isAnswered || this.#isGone || this.isOverdue(this.#owner.nowMs());
  }

  /** The stream has ended, answered or not. */
  get isGone(): boolean {
    return this.#isGone;
  }

  isOverdue(nowMs: number): boolean {
    return nowMs >= this.deadlineAtMs;
  }

  header(name: string): string | undefined {
    return this.head.headers?.get(name);
  }

  /** Passes the whole message to the method. Only for a call that is not over. */
  handle(): void {
    const { message } = this;
    if (message === undefined) return;
    this.message = undefined;
    this.#isHandled = true;
    this.head.method.handle(message, this);
  }

  reply(message: string): void {
    // Checked here because the timer may be late: a message must never be sent after the deadline.
    if (this.isOverdue(this.#owner.nowMs())) this.end(GRPC_STATUS.DEADLINE_EXCEEDED, DEADLINE_OVER);
    else if (this.#answer()) this.#owner.reply(this, message);
  }

  send(message: string): void {
    if (!this.isOver) this.#owner.send(this, message);
  }

  end(code: number, message: string): void {
    if (this.#answer()) this.#owner.end(this, code, message);
  }

  /** Ends the call with a header block of the server, before any handler has seen it. */
  refuse(block: string): void {
    if (this.#answer()) this.#owner.refuse(this, block);
  }

  /**
   * Ends the stream before its handler has answered.
   * @returns whether the handler is still working; the owner's `released` is called when it
   *   finishes
   */
  abandon(how: 'cancelled' | 'deadline'): boolean {
    this.#isGone = true;
    this.message = undefined;
    this.parts = undefined;
    if (this.#isAnswered || !this.#isHandled) return false;
    if (this.onAbandoned === undefined) return true;
    this.#isAnswered = true;
    this.onAbandoned(how);
    return false;
  }

  /** True for the first answer if the caller still waits for it. */
  #answer(): boolean {
    if (this.#isAnswered) return false;
    this.#isAnswered = true;
    if (!this.#isGone) return true;
    this.#owner.released();
    return false;
  }
}

/** The initial state of a stream. */
export interface StreamWindows {
  readonly nowMs: number;
  readonly receiveWindow: number;
  readonly sendWindow: number;
}
