import type { UnaryCall, UnaryMethod } from './unary-call.ts';

/** What a stream's connection does for it. */
export interface StreamOwner {
  nowMs(): number;
  reply(stream: UnaryStream, message: string): void;
  send(stream: UnaryStream, message: string): void;
  end(stream: UnaryStream, code: number, message: string): void;
  /** The handler of a call that was abandoned is done with it. */
  released(): void;
}

/** One stream, hence one call: what has come, what is to go, and how far both are. */
export class UnaryStream implements UnaryCall {
  readonly id: number;
  readonly method: UnaryMethod;
  readonly deadlineAtMs: number;
  readonly openedAtMs: number;
  onAbandoned: ((how: 'cancelled' | 'deadline') => void) | undefined = undefined;

  /** `content-length` of the request, if it named one. */
  readonly contentLength: number;
  /** The peer has ended its side. */
  isRequestComplete = false;
  /** DATA so far, without padding. */
  receivedBytes = 0;
  receiveWindow: number;
  /** What has come of a message that does not lie in one frame; longer than what is filled. */
  parts: Buffer | undefined = undefined;
  /** The whole message, once it is there and until it is handled. */
  message: Buffer | undefined = undefined;

  sendWindow: number;
  areHeadersSent = false;
  /** DATA that waits for a window, as text whose characters are bytes. */
  pending = '';
  /** The trailers that follow it, once the handler has said its last word. */
  trailers: string | undefined = undefined;

  /** The handler has it, or has had it. */
  isHandled = false;
  #isAnswered = false;
  #isGone = false;
  readonly #owner: StreamOwner;

  constructor(owner: StreamOwner, id: number, opening: StreamOpening) {
    this.#owner = owner;
    this.id = id;
    this.method = opening.method;
    this.deadlineAtMs = opening.deadlineAtMs;
    this.openedAtMs = opening.openedAtMs;
    this.contentLength = opening.contentLength;
    this.receiveWindow = opening.receiveWindow;
    this.sendWindow = opening.sendWindow;
  }

  get isOver(): boolean {
    return this.#isAnswered || this.#isGone || this.isOverdue(this.#owner.nowMs());
  }

  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  isOverdue(nowMs: number): boolean {
    return nowMs >= this.deadlineAtMs;
  }

  reply(message: string): void {
    if (this.#answer()) this.#owner.reply(this, message);
  }

  send(message: string): void {
    if (!this.#isAnswered && !this.#isGone) this.#owner.send(this, message);
  }

  end(code: number, message: string): void {
    if (this.#answer()) this.#owner.end(this, code, message);
  }

  /**
   * It has left the connection without its handler's doing.
   * @returns whether a handler is still at work for nobody, and will tell its owner when it is done
   */
  abandon(how: 'cancelled' | 'deadline'): boolean {
    if (this.#isGone) return false;
    this.#isGone = true;
    this.message = undefined;
    this.parts = undefined;
    this.pending = '';
    if (this.#isAnswered || !this.isHandled) return false;
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

export interface StreamOpening {
  readonly method: UnaryMethod;
  readonly deadlineAtMs: number;
  readonly openedAtMs: number;
  /** -1: none was named. */
  readonly contentLength: number;
  readonly receiveWindow: number;
  readonly sendWindow: number;
}
