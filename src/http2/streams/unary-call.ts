/** One gRPC call as its handler sees it. None of the methods throws. */
export interface UnaryCall {
  /** The caller no longer waits: the call was answered or cancelled, or its deadline has passed. */
  readonly isOver: boolean;
  /** The deadline on the server's clock (`performance.now()`); Infinity if the caller set none. */
  readonly deadlineAtMs: number;
  /**
   * Called at most once, if the call ends before the handler has answered. It is for handlers that
   * do not check {@link isOver}. After this call the handler counts as finished.
   */
  onAbandoned: ((how: 'cancelled' | 'deadline') => void) | undefined;
  /**
   * The value of a request header that the method wants. Several lines are joined by a comma (RFC
   * 9110 section 5.3). `undefined`: the caller did not send it.
   */
  header(name: string): string | undefined;
  /**
   * Answers with one message and OK. Like `send` and `end`, it has no effect on a call that is
   * over.
   * @param message text whose characters are bytes
   */
  reply(message: string): void;
  /** Sends one message of a server stream; the call stays open. */
  send(message: string): void;
  /**
   * Ends the call with a status and no further message.
   * @param code a gRPC status code
   * @param message sent as percent-encoded UTF-8
   */
  end(code: number, message: string): void;
}

/** A method that the server offers. */
export interface UnaryMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Request headers that the method reads, in lower case. Others are not kept. Default: none. */
  readonly headers?: readonly string[];
  /** @param message the one message of the request, valid until this function returns */
  handle(message: Buffer, call: UnaryCall): void;
}
