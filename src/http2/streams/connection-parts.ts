import type { FrameWriter } from '../frames/frame-writer.ts';
import type { Http2Limits } from '../http2-limits.ts';
import type { Http2Observer } from '../http2-observer.ts';
import type { ConnectionBudgets } from './connection-budgets.ts';
import type { HeldBytes } from './message-intake.ts';
import type { ReplySender } from './reply-sender.ts';
import type { StreamTable } from './stream-table.ts';
import type { UnaryMethod } from './unary-call.ts';
import type { UnaryStream } from './unary-stream.ts';

/** What a connection gets from the server that it belongs to. */
export interface ConnectionHost {
  readonly limits: Http2Limits;
  readonly methods: ReadonlyMap<string, UnaryMethod>;
  readonly observer: Http2Observer;
  readonly held: HeldBytes;
  readonly nowMs: () => number;
  /** Calls `flush` once everything that happens at this moment has happened. */
  flushSoon(flush: () => void): void;
  /** A whole call has arrived. All calls of one turn of the event loop are handled together. */
  ready(stream: UnaryStream): void;
}

/** What the parts of one connection share. */
export interface ConnectionParts {
  readonly limits: Http2Limits;
  readonly writer: FrameWriter;
  readonly sender: ReplySender;
  readonly streams: StreamTable;
  readonly budgets: ConnectionBudgets;
  readonly nowMs: () => number;
}
