import type { Http2Limits } from './http2-limits.ts';
import type { Http2Observer } from './http2-observer.ts';
import type { HeldBytes } from './message-intake.ts';
import type { UnaryMethod } from './unary-call.ts';
import type { UnaryStream } from './unary-stream.ts';

/** What a connection needs of the server that it belongs to. */
export interface ConnectionHost {
  readonly limits: Http2Limits;
  readonly methods: ReadonlyMap<string, UnaryMethod>;
  readonly observer: Http2Observer;
  readonly held: HeldBytes;
  readonly nowMs: () => number;
  /** Calls `flush` when everything that happens at this moment has happened. */
  flushSoon(flush: () => void): void;
  /** A call is there whole: it is handled together with the others of this turn of the event loop. */
  ready(stream: UnaryStream): void;
}
