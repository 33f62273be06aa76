import { ControlFrames } from './control-frames.ts';
import { ConnectionFault } from './frames/connection-fault.ts';
import type { FrameReader } from './frames/frame-reader.ts';
import type { FrameWriter } from './frames/frame-writer.ts';
import { FLAG, FRAME } from './frames/protocol-numbers.ts';
import { ReceiveWindow } from './frames/receive-window.ts';
import { HeaderFrames } from './header-frames.ts';
import { ConnectionBudgets } from './streams/connection-budgets.ts';
import type { ConnectionHost, ConnectionParts } from './streams/connection-parts.ts';
import { MessageIntake } from './streams/message-intake.ts';
import { ReplySender } from './streams/reply-sender.ts';
import { RequestBlocks } from './streams/request-blocks.ts';
import { RequestStreams } from './streams/request-streams.ts';
import { StreamEnds } from './streams/stream-ends.ts';
import { StreamTable } from './streams/stream-table.ts';

export interface FrameRouterHooks {
  readonly onStreamEnd: () => void;
  readonly onFault: (fault: ConnectionFault) => void;
  readonly onPingAck: (payload: string) => void;
  readonly onGoaway: () => void;
}

/**
 * The frames and streams of one connection: passes each frame to the part that handles it, and
 * sends the answers.
 */
export class FrameRouter {
  readonly #host: ConnectionHost;
  readonly #streams: StreamTable = new StreamTable();
  readonly #sender: ReplySender;
  readonly #blocks: RequestBlocks;
  readonly #ends: StreamEnds;
  readonly #requests: RequestStreams;
  readonly #headers: HeaderFrames;
  readonly #control: ControlFrames;
  #areSettingsSeen = false;
  #areSettingsAcknowledged = false;

  constructor(host: ConnectionHost, writer: FrameWriter, hooks: FrameRouterHooks) {
    const { limits, nowMs } = host;
    this.#host = host;
    this.#sender = new ReplySender({
      writer,
      nowMs,
      replyBytesMax: limits.replyBytesMax,
      onSent: (stream) => this.#ends.answered(stream),
      onReleased: () => this.#streams.released(),
      onFault: hooks.onFault,
    });
    const parts: ConnectionParts = {
      limits,
      writer,
      sender: this.#sender,
      streams: this.#streams,
      budgets: new ConnectionBudgets(limits, nowMs()),
      nowMs,
    };
    const intake = new MessageIntake(limits, host.held);
    this.#blocks = new RequestBlocks(limits, host.methods);
    this.#ends = new StreamEnds(parts, intake, hooks.onStreamEnd);
    this.#requests = new RequestStreams({
      parts,
      blocks: this.#blocks,
      intake,
      window: new ReceiveWindow(writer, limits.connectionWindowBytes),
      ends: this.#ends,
      owner: this.#sender,
      onReady: (stream) => host.ready(stream),
    });
    this.#headers = new HeaderFrames(parts, this.#requests);
    this.#control = new ControlFrames({
      parts,
      ends: this.#ends,
      onSettingsAck: () => this.#settingsAcknowledged(),
      onPingAck: hooks.onPingAck,
      onGoaway: hooks.onGoaway,
    });
  }

  get areSettingsSeen(): boolean {
    return this.#areSettingsSeen;
  }

  get areSettingsAcknowledged(): boolean {
    return this.#areSettingsAcknowledged;
  }

  get headerBlockSinceMs(): number | undefined {
    return this.#headers.unfinished?.startedAtMs;
  }

  get stalledSinceMs(): number | undefined {
    return this.#sender.stalledSinceMs;
  }

  get callCount(): number {
    return this.#streams.size;
  }

  /** The stream that a GOAWAY names. Fixed once serving has stopped (RFC 9113 section 6.8). */
  get lastStreamId(): number {
    return this.#requests.lastIdServed;
  }

  /** @throws {ConnectionFault} for a violation that ends the connection */
  route(frame: FrameReader): void {
    const { type } = frame;
    if (this.#headers.unfinished !== undefined && type !== FRAME.continuation) {
      throw new ConnectionFault('PROTOCOL_ERROR', 'another frame interrupts a header block');
    }
    if (!this.#areSettingsSeen) this.#expectSettings(frame);
    switch (type) {
      case FRAME.headers:
        this.#headers.headers(frame);
        return;
      case FRAME.data:
        this.#requests.data(frame);
        return;
      case FRAME.windowUpdate:
        this.#control.windowUpdate(frame);
        return;
      case FRAME.rstStream:
        this.#control.rstStream(frame);
        return;
      case FRAME.ping:
        this.#control.ping(frame);
        return;
      case FRAME.settings:
        this.#control.settings(frame);
        return;
      case FRAME.continuation:
        this.#headers.continuation(frame);
        return;
      case FRAME.priority:
        this.#control.priority(frame);
        return;
      case FRAME.goaway:
        this.#control.goaway(frame);
        return;
      case FRAME.pushPromise:
        throw new ConnectionFault('PROTOCOL_ERROR', 'a client must not push');
      default:
        this.#control.unknown();
    }
  }

  /** @returns the last stream that is served */
  stopServing(): number {
    this.#requests.stop();
    return this.lastStreamId;
  }

  abandonAll(): void {
    this.#ends.all();
  }

  expireCalls(nowMs: number): void {
    for (const stream of this.#streams.open()) {
      if (stream.isOverdue(nowMs)) this.#ends.expire(stream);
    }
  }

  resetSlowRequests(nowMs: number): void {
    const { requestMaxMs } = this.#host.limits;
    for (const stream of this.#streams.open()) {
      if (stream.isRequestComplete || nowMs - stream.openedAtMs < requestMaxMs) continue;
      this.#ends.reset(stream, 'CANCEL');
    }
  }

  #expectSettings({ type, flags }: FrameReader): void {
    if (type !== FRAME.settings || (flags & FLAG.ack) !== 0) {
      throw new ConnectionFault('PROTOCOL_ERROR', 'a connection must begin with SETTINGS');
    }
    this.#areSettingsSeen = true;
  }

  #settingsAcknowledged(): void {
    this.#areSettingsAcknowledged = true;
    this.#blocks.settingsAcknowledged();
  }
}
