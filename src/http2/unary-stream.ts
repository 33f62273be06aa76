import { GRPC_STATUS, LATE } from './grpc-status.ts';
import type { CallHead } from './request-head.ts';
import type { UnaryCall } from './unary-call.ts';

/** What a stream's connection does for it. */
export interface StreamOwner {
  nowMs(): number;
  reply(stream: UnaryStream, message: string): void;
  send(stream: UnaryStream, message: string): void;
  end(stream: UnaryStream, code: number, message: string): void;
  refuse(stream: UnaryStream, block: string): void;
  /** The handler of a call that was abandoned is done with it. */
  released(): void;
}

/** One stream, hence one call: what has come, what is to go, and how far both are. */
export class UnaryStream implements UnaryCall {
  readonly id: number;
  readonly head: CallHead;
  readonly openedAtMs: number;
  readonly deadlineAtMs: number;
  onAbandoned: ((how: 'cancelled' | 'deadline') => void) | undefined = undefined;

  /** The peer has ended its side. */
  isRequestComplete = false;
  /** DATA so far, without padding. */
  receivedBytes = 0;
  /** How much more the peer may send. */
  receiveWindow: number;
  /** What has come of a message that does not lie in one frame; longer than what is filled. */
  parts: Buffer | undefined = undefined;
  /** The whole message, once it is there and until it is handled. */
  message: Buffer | undefined = undefined;

  /** How much more we may send. */
  sendWindow: number;
  areHeadersSent = false;
  /** DATA that waits for a window, as text whose characters are bytes. */
  pending = '';
  /** The trailers that follow it, once the handler has said its last word. */
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

  /** It has left the connection, answered or not. */
  get isGone(): boolean {
    return this.#isGone;
  }

  isOverdue(nowMs: number): boolean {
    return nowMs >= this.deadlineAtMs;
  }

  header(name: string): string | undefined {
    return this.head.headers?.get(name);
  }

  /** Hands the whole message to the method. Only for a call that is not over. */
  handle(): void {
    const { message } = this;
    if (message === undefined) return;
    this.message = undefined;
    this.#isHandled = true;
    this.head.method.handle(message, this);
  }

  reply(message: string): void {
    // Overdue, it is not for the timer to find that out first: nobody is given a message too late.
    if (this.isOverdue(this.#owner.nowMs())) this.end(GRPC_STATUS.deadlineExceeded, LATE);
    else if (this.#answer()) this.#owner.reply(this, message);
  }

  send(message: string): void {
    if (!this.isOver) this.#owner.send(this, message);
  }

  end(code: number, message: string): void {
    if (this.#answer()) this.#owner.end(this, code, message);
  }

  /** Ends the call with a header block of the server's own, before any handler. */
  refuse(block: string): void {
    if (this.#answer()) this.#owner.refuse(this, block);
  }

  /**
   * It has left the connection without its handler's doing.
   * @returns whether a handler is still at work for nobody, and will tell its owner when it is done
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

  /** True for the first answer, if somebody waits for it. */
  #answer(): boolean {
    if (this.#isAnswered) return false;
    this.#isAnswered = true;
    if (!this.#isGone) return true;
    this.#owner.released();
    return false;
  }
}

/** What a stream begins with. */
export interface StreamWindows {
  readonly nowMs: number;
  readonly receiveWindow: number;
  readonly sendWindow: number;
}
