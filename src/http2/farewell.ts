import type { FrameWriter } from './frame-writer.ts';
import { INT31_MAX } from './frame-type.ts';
import type { Http2Limits } from './http2-limits.ts';

/** Eight bytes of ours, which nobody takes for those of another PING. */
const PING_PAYLOAD = '\0farewel';

export interface FarewellOptions {
  readonly writer: FrameWriter;
  readonly limits: Http2Limits;
  /** No stream beyond this one is served from now on. */
  readonly stopServing: () => number;
}

/**
 * Ends a connection so that no call is lost (RFC 9113 section 6.8). A first GOAWAY asks for no more streams but refuses none;
 * the answer to the PING behind it tells that the peer has read it, and that all it sent before has come; the second
 * GOAWAY names the last of these.
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

  /** No new stream is served: once those that are open have ended, so may the connection. */
  get isFinal(): boolean {
    return this.#isFinal;
  }

  announce(nowMs: number): void {
    if (this.#announcedAtMs !== undefined) return;
    this.#announcedAtMs = nowMs;
    this.#options.writer.goaway(INT31_MAX, 'NO_ERROR', '');
    this.#options.writer.ping(PING_PAYLOAD, 0);
  }

  /** Nothing new can come: the peer has read our first GOAWAY, goes away by itself, or has closed its side. */
  finish(nowMs: number): void {
    if (this.#isFinal) return;
    this.#announcedAtMs ??= nowMs;
    this.#isFinal = true;
    this.#options.writer.goaway(this.#options.stopServing(), 'NO_ERROR', '');
  }

  pingAnswered(payload: string, nowMs: number): void {
    if (this.isAnnounced && payload === PING_PAYLOAD) this.finish(nowMs);
  }

  /** @returns whether the calls that are left have had all the time that they get */
  look(nowMs: number): boolean {
    if (this.#announcedAtMs === undefined) return false;
    const sinceMs = nowMs - this.#announcedAtMs;
    if (sinceMs >= this.#options.limits.goawayPingMaxMs) this.finish(nowMs);
    return sinceMs >= this.#options.limits.goawayGraceMs;
  }
}
