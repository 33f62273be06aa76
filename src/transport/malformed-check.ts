/**
 * A CheckRequest that is no question: bytes that are not the message, or a message that contradicts itself. No verdict
 * may come of it. The words are ours; nothing of the request is in them.
 */
export class MalformedCheck extends Error {
  readonly code = 'ERR_MALFORMED_CHECK';
  constructor(fault: string) {
    super(fault);
    this.name = 'MalformedCheck';
  }
}
