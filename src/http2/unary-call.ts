/** One gRPC call as its handler sees it. Nothing here throws. */
export interface UnaryCall {
  /** Nobody waits for an answer any more: it was given, or the caller has reset the call, gone away or run out of time. */
  readonly isOver: boolean;
  /** When the caller's time is over, on the clock of the server (`performance.now()`); Infinity = it named no deadline. */
  readonly deadlineAtMs: number;
  /**
   * Told, at most once, that the call is over without the handler's doing. For handlers that would not look otherwise:
   * with it set, the call no longer counts as being worked on once it was told.
   */
  onAbandoned: ((how: 'cancelled' | 'deadline') => void) | undefined;
  /**
   * The value of a request header, if the method wants that one; several lines are joined by a comma (RFC 9110 section
   * 5.3). `undefined`: the caller did not send it.
   */
  header(name: string): string | undefined;
  /**
   * Answers with one message and OK. Without effect on a call that is over, like the other two.
   * @param message text whose characters are bytes
   */
  reply(message: string): void;
  /** Sends one message of a server stream; the call stays open. */
  send(message: string): void;
  /**
   * Ends the call with a status and no further message.
   * @param code a gRPC status code
   * @param message in UTF-8 on the wire, percent-encoded
   */
  end(code: number, message: string): void;
}

/** A method that the server offers. */
export interface UnaryMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Request headers that it reads, in lower case. Others are passed over, and none is kept when this is left out. */
  readonly headers?: readonly string[];
  /** @param message the one message of the request, as a view that is valid until this returns */
  handle(message: Buffer, call: UnaryCall): void;
}
