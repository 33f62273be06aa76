import { applySettings } from './connection-settings.ts';
import { ConnectionFault } from './frames/connection-fault.ts';
import type { FrameReader } from './frames/frame-reader.ts';
import { FLAG, INT31_MAX } from './frames/protocol-numbers.ts';
import type { ConnectionParts } from './streams/connection-parts.ts';
import type { StreamEnds } from './streams/stream-ends.ts';

const PING_BYTES = 8;
const PRIORITY_BYTES = 5;
const GOAWAY_BYTES_MIN = 8;
/** Sixteen settings. A client needs at most six. */
const SETTINGS_BYTES_PER_UNIT = 96;

export interface ControlFramesOptions {
  readonly parts: ConnectionParts;
  readonly ends: StreamEnds;
  readonly onSettingsAck: () => void;
  /** @param payload eight bytes as text */
  readonly onPingAck: (payload: string) => void;
  readonly onGoaway: () => void;
}

/** Frames that control the connection and its streams (RFC 9113 sections 6.3 to 6.9). */
export class ControlFrames {
  readonly #parts: ConnectionParts;
  readonly #options: ControlFramesOptions;

  constructor(options: ControlFramesOptions) {
    this.#options = options;
    this.#parts = options.parts;
  }

  settings(frame: FrameReader): void {
    const length = frame.end - frame.start;
    expectStreamZero(frame, 'SETTINGS');
    if ((frame.flags & FLAG.ack) !== 0) {
      expectLength(length === 0, 'an acknowledgement of SETTINGS has a payload');
      if (this.#parts.writer.awaited.settingsAcknowledged()) this.#options.onSettingsAck();
      else this.#parts.budgets.settings.spend(this.#parts.nowMs());
      return;
    }
    expectLength(length % 6 === 0, 'a SETTINGS frame ends within a setting');
    const units = Math.ceil((length + 1) / SETTINGS_BYTES_PER_UNIT);
    this.#parts.budgets.settings.spend(this.#parts.nowMs(), units);
    applySettings(frame, this.#parts.sender, this.#parts.streams);
    this.#parts.writer.settingsAck();
  }

  ping(frame: FrameReader): void {
    expectStreamZero(frame, 'PING');
    expectLength(frame.end - frame.start === PING_BYTES, 'a PING must have eight bytes');
    const payload = frame.bytes.toString('latin1', frame.start, frame.end);
    if ((frame.flags & FLAG.ack) !== 0) {
      if (this.#parts.writer.awaited.pingAnswered()) this.#options.onPingAck(payload);
      else this.#parts.budgets.pings.spend(this.#parts.nowMs());
      return;
    }
    this.#parts.budgets.pings.spend(this.#parts.nowMs());
    this.#parts.writer.pingAck(payload);
  }

  rstStream(frame: FrameReader): void {
    expectLength(frame.end - frame.start === 4, 'RST_STREAM must have four bytes');
    const stream = this.#parts.streams.find(frame.streamId);
    if (stream !== undefined) this.#options.ends.resetByPeer(stream);
    else {
      this.#expectNotIdle(frame.streamId, 'RST_STREAM');
      this.#parts.budgets.control.spend(this.#parts.nowMs());
    }
  }

  windowUpdate(frame: FrameReader): void {
    const { streams, sender, budgets, nowMs } = this.#parts;
    const { streamId } = frame;
    expectLength(frame.end - frame.start === 4, 'WINDOW_UPDATE must have four bytes');
    const increment = frame.bytes.readUInt32BE(frame.start) & INT31_MAX;
    budgets.control.spend(nowMs());
    if (streamId === 0) {
      if (increment === 0) throw new ConnectionFault('PROTOCOL_ERROR', 'WINDOW_UPDATE of 0');
      sender.widen(increment);
      return;
    }
    const stream = streams.find(streamId);
    if (stream === undefined) this.#expectNotIdle(streamId, 'WINDOW_UPDATE');
    else if (increment === 0) this.#options.ends.reset(stream, 'PROTOCOL_ERROR');
    else if (!sender.widenStream(stream, increment)) {
      this.#options.ends.reset(stream, 'FLOW_CONTROL_ERROR');
    }
  }

  /** Priorities do not matter for answers of one frame, so only the format is checked. */
  priority(frame: FrameReader): void {
    const { streamId } = frame;
    if (streamId === 0) throw new ConnectionFault('PROTOCOL_ERROR', 'PRIORITY on stream 0');
    this.#parts.budgets.control.spend(this.#parts.nowMs());
    if (frame.end - frame.start !== PRIORITY_BYTES) {
      this.#resetUnlessIdle(streamId, 'FRAME_SIZE_ERROR');
    } else if ((frame.bytes.readUInt32BE(frame.start) & INT31_MAX) === streamId) {
      this.#resetUnlessIdle(streamId, 'PROTOCOL_ERROR');
    }
  }

  goaway(frame: FrameReader): void {
    expectStreamZero(frame, 'GOAWAY');
    expectLength(frame.end - frame.start >= GOAWAY_BYTES_MIN, 'a GOAWAY frame is too short');
    this.#parts.budgets.control.spend(this.#parts.nowMs());
    this.#options.onGoaway();
  }

  /** Frames of other types are ignored (RFC 9113 section 4.1). */
  unknown(): void {
    this.#parts.budgets.control.spend(this.#parts.nowMs());
  }

  #expectNotIdle(streamId: number, what: string): void {
    if (this.#parts.streams.kindOf(streamId) === 'idle') {
      throw new ConnectionFault('PROTOCOL_ERROR', `${what} for a stream that was never opened`);
    }
  }

  /** An idle stream cannot be reset (section 6.4), so there the connection ends instead. */
  #resetUnlessIdle(streamId: number, error: 'FRAME_SIZE_ERROR' | 'PROTOCOL_ERROR'): void {
    if (this.#parts.streams.kindOf(streamId) === 'idle') {
      throw new ConnectionFault(error, 'a malformed PRIORITY for a stream that was never opened');
    }
    this.#options.ends.resetId(streamId, error);
  }
}

function expectStreamZero({ streamId }: FrameReader, what: string): void {
  if (streamId !== 0) throw new ConnectionFault('PROTOCOL_ERROR', `${what} on a stream`);
}

function expectLength(isRight: boolean, otherwise: string): void {
  if (!isRight) throw new ConnectionFault('FRAME_SIZE_ERROR', otherwise);
}
