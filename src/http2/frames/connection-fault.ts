import type { ErrorName } from './protocol-numbers.ts';

/**
 * A peer broke the protocol or reached a limit, so its connection ends (RFC 9113 section 5.4.1).
 * The message is fixed text of ours. It goes into the GOAWAY, where it helps to debug the peer.
 */
export class ConnectionFault extends Error {
  readonly code = 'ERR_HTTP2_CONNECTION';
  readonly errorName: ErrorName;
  constructor(errorName: ErrorName, message: string) {
    super(message);
    this.name = 'ConnectionFault';
    this.errorName = errorName;
  }
}
