import type { FrameWriter } from './frames/frame-writer.ts';
import { INT31_MAX } from './frames/protocol-numbers.ts';
import type { Http2Limits } from './http2-limits.ts';

/** Eight bytes that no other PING of ours has. */
const PING_PAYLOAD = '\0farewel';

export interface FarewellOptions {
  readonly writer: FrameWriter;
  readonly limits: Http2Limits;
  /** Stops serving new streams and returns the last one that is served. */
  readonly stopServing: () => number;
}

/**
 * Ends a connection without losing a call (RFC 9113 section 6.8). The first GOAWAY asks the peer to
 * open no more streams, but refuses none. A PING follows it. Its answer shows that the peer has
 * read the GOAWAY and that everything it sent before has arrived. The second GOAWAY names the last
 * stream that is served.
 */
export class Farewell {
  readonly #options: FarewellOptions;
  #announcedAtMs: number | undefined;
  #isFinal = false;

  constructor(options: FarewellOptions) {
    this.#options = options;
  }

  get isAnnounced(): boolean {
    return this.#announcedAtMs !== undefined;
  }

  /** No new stream is served: the connection may end as soon as the open streams have ended. */
  get isFinal(): boolean {
    return this.#isFinal;
  }

  announce(nowMs: number): void {
    if (this.#announcedAtMs !== undefined) return;
    this.#announcedAtMs = nowMs;
    this.#options.writer.goaway(INT31_MAX, 'NO_ERROR', '');
    this.#options.writer.ping(PING_PAYLOAD);
  }

  /**
   * Call this when no new stream can come: the peer has read our first GOAWAY, sent its own, or
   * closed its side.
   */
  finish(nowMs: number): void {
    if (this.#isFinal) return;
    this.#announcedAtMs ??= nowMs;
    this.#isFinal = true;
    this.#options.writer.goaway(this.#options.stopServing(), 'NO_ERROR', '');
  }

  pingAnswered(payload: string, nowMs: number): void {
    if (this.isAnnounced && payload === PING_PAYLOAD) this.finish(nowMs);
  }

  /** @returns whether the time for the remaining calls is over */
  look(nowMs: number): boolean {
    if (this.#announcedAtMs === undefined) return false;
    const sinceMs = nowMs - this.#announcedAtMs;
    if (sinceMs >= this.#options.limits.goawayPingMaxMs) this.finish(nowMs);
    return sinceMs >= this.#options.limits.goawayGraceMs;
  }
}
