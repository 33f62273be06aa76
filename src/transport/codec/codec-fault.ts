/**
 * A CheckRequest that cannot be used: the bytes do not decode, or the message contradicts itself.
 * It must never produce a verdict. The error text is fixed and never contains request data.
 */
export class MalformedCheck extends Error {
  readonly code = 'ERR_MALFORMED_CHECK';
  constructor(fault: string) {
    super(fault);
    this.name = 'MalformedCheck';
  }
}

/**
 * A reply that must not be sent as it is. It becomes an RPC error, which is not a verdict. The
 * error text is fixed and never contains data of the request or the reply.
 */
export class UnsafeReply extends Error {
  readonly code = 'ERR_UNSAFE_REPLY';
  constructor(fault: string) {
    super(fault);
    this.name = 'UnsafeReply';
  }
}
