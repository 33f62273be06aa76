import { ConnectionBudgets } from './connection-budgets.ts';
import { ConnectionFault } from './connection-fault.ts';
import type { ConnectionHost } from './connection-host.ts';
import type { ConnectionParts } from './connection-parts.ts';
import { ControlFrames } from './control-frames.ts';
import type { FrameReader } from './frame-reader.ts';
import { FLAG, FRAME } from './frame-type.ts';
import type { FrameWriter } from './frame-writer.ts';
import { HeaderFrames } from './header-frames.ts';
import { MessageIntake } from './message-intake.ts';
import { ReceiveWindow } from './receive-window.ts';
import { ReplySender } from './reply-sender.ts';
import { RequestBlocks } from './request-blocks.ts';
import { RequestStreams } from './request-streams.ts';
import { StreamEnds } from './stream-ends.ts';
import { StreamTable } from './stream-table.ts';

export interface FrameRouterHooks {
  readonly onStreamEnd: () => void;
  readonly onFault: (fault: ConnectionFault) => void;
  readonly onPingAck: (payload: string) => void;
  readonly onGoaway: () => void;
}

/** The streams of one connection: takes its frames, each to the part that understands it, and sends its answers. */
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
  /** What a GOAWAY may name: once serving has stopped it does not rise any more (RFC 9113 section 6.8). */
  get lastStreamId(): number {
    return this.#requests.lastIdServed;
  }

  /** @throws {ConnectionFault} for what ends the connection */
  route(frame: FrameReader): void {
    const { type } = frame;
    if (this.#headers.unfinished !== undefined && type !== FRAME.continuation) {
      throw new ConnectionFault('PROTOCOL_ERROR', 'a header block is interrupted');
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
        throw new ConnectionFault('PROTOCOL_ERROR', 'a client cannot push');
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
      throw new ConnectionFault('PROTOCOL_ERROR', 'a connection begins with SETTINGS');
    }
    this.#areSettingsSeen = true;
  }

  #settingsAcknowledged(): void {
    this.#areSettingsAcknowledged = true;
    this.#blocks.settingsAcknowledged();
  }
}
