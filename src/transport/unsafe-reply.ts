/** A reply that must not leave as it is. It becomes an RPC error: no verdict. The words are ours. */
export class UnsafeReply extends Error {
  readonly code = 'ERR_UNSAFE_REPLY';
  constructor(fault: string) {
    super(fault);
    this.name = 'UnsafeReply';
  }
}
