import type { ConnectionBudgets } from './connection-budgets.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { Http2Limits } from './http2-limits.ts';
import type { ReplySender } from './reply-sender.ts';
import type { StreamTable } from './stream-table.ts';

/** What the parts of one connection share. */
export interface ConnectionParts {
  readonly limits: Http2Limits;
  readonly writer: FrameWriter;
  readonly sender: ReplySender;
  readonly streams: StreamTable;
  readonly budgets: ConnectionBudgets;
  readonly nowMs: () => number;
}
