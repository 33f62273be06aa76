import type { ErrorName } from './error-code.ts';

/**
 * A peer's violation, or a limit that it has reached, which ends its connection (RFC 9113 section 5.4.1). The words are
 * ours alone and go into the GOAWAY, where whoever debugs the peer finds them.
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
