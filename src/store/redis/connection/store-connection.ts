import type { ScriptRunner } from './script-runner.ts';

/** The connection to the store, through all its reconnections: to one server or to several. */
export interface StoreConnection extends ScriptRunner {
  /** Whether every server of the store has answered since the start. */
  readonly hasAnswered: boolean;
  /** Whether calls can be sent to every server of the store. */
  readonly isUp: boolean;
  /** How many connections there were so far. What was sent on an earlier one may be lost. */
  readonly generation: number;
  /** Reports how far the store's clock differs from that of this process. */
  noteClock(storeNowMs: number): void;
  /** Releases sockets and timers. Calls without a reply fail, and so does every later call. */
  close(): Promise<void>;
}
