import { ConnectionFault } from './frames/connection-fault.ts';
import type { Http2Limits } from './http2-limits.ts';

const KEEPALIVE_PAYLOAD = '\0keepali';
/** Connections of the same age must not all end at the same time. */
const AGE_JITTER = 0.1;

/** What the watch checks. */
export interface WatchedConnection {
  readonly frames: {
    readonly areSettingsSeen: boolean;
    readonly areSettingsAcknowledged: boolean;
    readonly headerBlockSinceMs: number | undefined;
    readonly callCount: number;
  };
  readonly stalledSinceMs: number | undefined;
  readonly isLeaving: boolean;
  ping(payload: string): void;
  leave(): void;
}

/** The time limits of one connection. The server's timer checks them at intervals. */
export class ConnectionWatch {
  readonly #limits: Http2Limits;
  readonly #startedAtMs: number;
  readonly #leaveAtMs: number;
  #heardAtMs: number;
  #idleSinceMs: number;
  #pingedAtMs: number | undefined;

  constructor(limits: Http2Limits, nowMs: number) {
    this.#limits = limits;
    this.#startedAtMs = nowMs;
    this.#heardAtMs = nowMs;
    this.#idleSinceMs = nowMs;
    const jitter = 1 + AGE_JITTER * (2 * Math.random() - 1);
    this.#leaveAtMs = nowMs + (limits.connectionAgeMaxMs ?? Infinity) * jitter;
  }

  /** Bytes have arrived. */
  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
    this.#pingedAtMs = undefined;
  }

  /** @throws {ConnectionFault} for a time limit that has passed */
  look(connection: WatchedConnection, nowMs: number): void {
    this.#lookAtHandshake(connection, nowMs);
    if (isOver(connection.frames.headerBlockSinceMs, this.#limits.headerBlockMaxMs, nowMs)) {
      throw new ConnectionFault('ENHANCE_YOUR_CALM', 'a header block does not end');
    }
    if (isOver(connection.stalledSinceMs, this.#limits.stallMaxMs, nowMs)) {
      throw new ConnectionFault('ENHANCE_YOUR_CALM', 'the peer does not read its answers');
    }
    this.#lookForLife(connection, nowMs);
    if (connection.frames.callCount > 0) this.#idleSinceMs = nowMs;
    const isIdle = isOver(this.#idleSinceMs, this.#limits.connectionIdleMaxMs ?? Infinity, nowMs);
    if ((isIdle || nowMs >= this.#leaveAtMs) && !connection.isLeaving) connection.leave();
  }

  #lookAtHandshake({ frames }: WatchedConnection, nowMs: number) {
    if (!isOver(this.#startedAtMs, this.#limits.handshakeMaxMs, nowMs)) return;
    if (!frames.areSettingsSeen)
      throw new ConnectionFault('PROTOCOL_ERROR', 'the peer sent no SETTINGS in time');
    if (!frames.areSettingsAcknowledged) {
      throw new ConnectionFault('SETTINGS_TIMEOUT', 'our SETTINGS were not acknowledged in time');
    }
  }

  #lookForLife(connection: WatchedConnection, nowMs: number): void {
    if (isOver(this.#pingedAtMs, this.#limits.keepaliveMaxMs, nowMs)) {
      throw new ConnectionFault('NO_ERROR', 'the peer did not answer a PING in time');
    }
    if (this.#pingedAtMs !== undefined || !connection.frames.areSettingsSeen) return;
    if (!isOver(this.#heardAtMs, this.#limits.keepaliveAfterMs, nowMs)) return;
    this.#pingedAtMs = nowMs;
    connection.ping(KEEPALIVE_PAYLOAD);
  }
}

function isOver(sinceMs: number | undefined, maxMs: number, nowMs: number): boolean {
  return sinceMs !== undefined && nowMs - sinceMs >= maxMs;
}
