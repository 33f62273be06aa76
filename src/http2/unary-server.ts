import { performance } from 'node:perf_hooks';
import type { Duplex } from 'node:stream';
import { CoarseTimer } from '../timing/coarse-timer.ts';
import { CallTurns } from './call-turns.ts';
import { FlushTurns } from './flush-turns.ts';
import { Http2Connection } from './http2-connection.ts';
import { DEFAULT_HTTP2_LIMITS, type Http2Limits } from './http2-limits.ts';
import type { Http2Observer } from './http2-observer.ts';
import type { ConnectionHost } from './streams/connection-parts.ts';
import type { UnaryMethod } from './streams/unary-call.ts';

/** How late after its deadline an unanswered call may be ended. */
const DEADLINE_LOOK_MS = 25;
/** How late any other time limit may be noticed. */
const CONNECTION_LOOK_MS = 250;

export interface UnaryServerOptions {
  readonly methods: readonly UnaryMethod[];
  readonly limits?: Partial<Http2Limits>;
  readonly observer?: Http2Observer;
  /** A monotonic clock in milliseconds; `performance.now` unless a test passes its own. */
  readonly nowMs?: () => number;
}

/**
 * A server for unary gRPC (and server streams of small messages) over HTTP/2. The caller accepts
 * the sockets. It is built for few methods, small messages and many calls: it creates no stream
 * object of Node for a call, does not decode a header block again that came before, and prepares
 * the fixed bytes of replies once.
 */
export class UnaryServer {
  readonly #connections = new Set<Http2Connection>();
  readonly #host: ConnectionHost;
  readonly #deadlines: CoarseTimer;
  readonly #watch: CoarseTimer;
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(options: UnaryServerOptions) {
    const { observer = {}, nowMs = () => performance.now() } = options;
    const turns = new CallTurns(nowMs, (fault) => observer.handlerFailed?.(fault));
    const flushes = new FlushTurns();
    this.#deadlines = new CoarseTimer(DEADLINE_LOOK_MS, () => this.#lookAtDeadlines());
    this.#watch = new CoarseTimer(CONNECTION_LOOK_MS, () => this.#lookAtConnections());
    this.#host = {
      limits: { ...DEFAULT_HTTP2_LIMITS, ...options.limits },
      methods: new Map(options.methods.map((method) => [method.path, method])),
      observer,
      held: { held: 0 },
      nowMs,
      flushSoon: (flush) => flushes.add(flush),
      ready: (stream) => {
        turns.add(stream);
        this.#deadlines.arm();
      },
    };
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Serves one peer until either side ends the connection. */
  serve(socket: Duplex): void {
    const { limits, observer } = this.#host;
    if (this.#drained !== undefined || this.#connections.size >= limits.connectionsMax) {
      observer.connectionRefused?.();
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    const connection: Http2Connection = new Http2Connection(socket, this.#host, () => {
      this.#connections.delete(connection);
      observer.connectionClosed?.();
      if (this.#connections.size === 0) this.#drained?.resolve();
    });
    this.#connections.add(connection);
    this.#watch.arm();
    observer.connectionOpened?.();
  }

  /**
   * Refuses new connections, sends GOAWAY on the open ones, and resolves when all calls are
   * answered and all connections closed.
   */
  drain(): Promise<void> {
    if (this.#drained === undefined) {
      this.#drained = Promise.withResolvers();
      for (const connection of this.#connections) connection.leave();
      if (this.#connections.size === 0) this.#drained.resolve();
    }
    return this.#drained.promise;
  }

  /** Sends GOAWAY on all open connections. The peers may reconnect at once. */
  renew(): void {
    for (const connection of this.#connections) connection.leave();
  }

  /** Ends every connection at once, with the calls on it. */
  destroy(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  /** Checks all time limits now, as the server's timers do. For tests that pass their own clock. */
  look(): void {
    this.#lookAtDeadlines();
    this.#lookAtConnections();
  }

  #lookAtDeadlines(): boolean {
    const nowMs = this.#host.nowMs();
    let calls = 0;
    for (const connection of this.#connections) {
      connection.expireCalls(nowMs);
      calls += connection.frames.callCount;
    }
    return calls > 0;
  }

  #lookAtConnections(): boolean {
    const nowMs = this.#host.nowMs();
    for (const connection of this.#connections) connection.look(nowMs);
    return this.#connections.size > 0;
  }
}
