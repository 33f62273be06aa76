import type { ConnectionFault } from './frames/connection-fault.ts';

/** Is informed about connections. Must not throw. */
export interface Http2Observer {
  connectionOpened?(): void;
  connectionClosed?(): void;
  /** A connection was ended because its peer broke a rule or a limit. */
  connectionFaulted?(fault: ConnectionFault): void;
  /** A connection above the limit was closed unread. */
  connectionRefused?(): void;
  /** A handler threw, which is a bug. The call was answered with INTERNAL. */
  handlerFailed?(fault: unknown): void;
}
