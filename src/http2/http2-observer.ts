import type { ConnectionFault } from './connection-fault.ts';

/** Hears what happens to connections. Must not throw. */
export interface Http2Observer {
  connectionOpened?(): void;
  connectionClosed?(): void;
  /** A connection is ended for what its peer did, or did not do in time. */
  connectionFaulted?(fault: ConnectionFault): void;
  /** More connections are open than the limit allows: one was closed unread. */
  connectionRefused?(): void;
  /** A handler threw, which it never does: a bug. The call is answered INTERNAL. */
  handlerFailed?(fault: unknown): void;
}
