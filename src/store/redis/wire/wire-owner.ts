import type { Duplex } from 'node:stream';
import type { RespError, RespReply } from './resp.ts';
import type { SentCall } from './sent-call.ts';

export interface RedisWireOptions {
  /** Connected and logged in; nothing else reads or writes it. */
  readonly stream: Duplex;
  /** A later reply is late, even if the event loop was too busy to notice the deadline. */
  readonly replyMaxMs: number;
  /** The connection is closed when replies are outstanding and none is in time for this long. */
  readonly silenceMaxMs: number;
  readonly owner: WireOwner;
}

/** What a wire reports to the code that opened it. Must not throw. */
export interface WireOwner {
  /** A reply came in time. */
  answered(): void;
  /** A reply belonged to another call; the wire has closed the connection. */
  desynced(): void;
  /**
   * A node of a Redis Cluster refused a call, perhaps because it belongs elsewhere, and has not run
   * it. True if the owner takes the call over: it then settles it.
   * @param echo what its reply would have repeated
   */
  redirected?: ((call: SentCall, error: RespError, echo: string) => boolean) | undefined;
  /**
   * A reply that is not a text. True if it answers no call: the server has pushed it, or refuses what
   * was said with `say`.
   */
  pushed?: ((reply: RespReply) => boolean) | undefined;
  /** The server is not the primary; the owner has to close the connection and open another. */
  notPrimary(): void;
}
