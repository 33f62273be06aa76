import { ConnectionBudgets } from './connection-budgets.ts';
import { ConnectionFault } from './connection-fault.ts';
import type { ConnectionHost } from './connection-host.ts';
import type { ConnectionParts } from './connection-parts.ts';
import { ControlFrames } from './control-frames.ts';
import type { FrameReader } from './frame-reader.ts';
import { FLAG, FRAME } from './frame-type.ts';
import type { FrameWriter } from './frame-writer.ts';
import { MessageIntake } from './message-intake.ts';
import { ReceiveWindow } from './receive-window.ts';
import { ReplySender } from './reply-sender.ts';
import { RequestBlocks } from './request-blocks.ts';
import { RequestFrames } from './request-frames.ts';
import { StreamEnds } from './stream-ends.ts';
import { StreamTable } from './stream-table.ts';
import type { StreamOwner, UnaryStream } from './unary-stream.ts';

export interface FrameRouterHooks {
  readonly onStreamEnd: () => void;
  readonly onFault: (fault: ConnectionFault) => void;
  readonly onPingAck: (payload: string) => void;
  readonly onGoaway: () => void;
}

/** The streams of one connection: takes its frames, each to the part that understands it, and sends its answers. */
export class FrameRouter implements StreamOwner {
  readonly #host: ConnectionHost;
  readonly #streams: StreamTable = new StreamTable();
  readonly #sender: ReplySender;
  readonly #blocks: RequestBlocks;
  readonly #ends: StreamEnds;
  readonly #requests: RequestFrames;
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
    this.#requests = new RequestFrames({
      parts,
      blocks: this.#blocks,
      intake,
      window: new ReceiveWindow(writer, limits.connectionWindowBytes),
      ends: this.#ends,
      owner: this,
      onReady: (stream) => host.ready(stream),
    });
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
    return this.#requests.unfinished?.startedAtMs;
  }

  get stalledSinceMs(): number | undefined {
    return this.#sender.stalledSinceMs;
  }

  get callCount(): number {
    return this.#streams.size;
  }
  get lastStreamId(): number {
    return this.#streams.lastId;
  }

  /** @throws {ConnectionFault} for what ends the connection */
  route(frame: FrameReader): void {
    const { type } = frame;
    if (this.#requests.unfinished !== undefined && type !== FRAME.continuation) {
      throw new ConnectionFault('PROTOCOL_ERROR', 'a header block is interrupted');
    }
    if (!this.#areSettingsSeen) this.#expectSettings(frame);
    switch (type) {
      case FRAME.headers:
        this.#requests.headers(frame);
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
        this.#requests.continuation(frame);
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

  nowMs(): number {
    return this.#host.nowMs();
  }

  reply(stream: UnaryStream, message: string): void {
    this.#sender.reply(stream, message);
  }

  send(stream: UnaryStream, message: string): void {
    this.#sender.send(stream, message);
  }

  end(stream: UnaryStream, code: number, message: string): void {
    this.#sender.end(stream, code, message);
  }

  refuse(stream: UnaryStream, block: string): void {
    this.#sender.endWith(stream, block);
  }

  released(): void {
    this.#streams.released();
  }

  /** @returns the last stream that is served */
  stopServing(): number {
    this.#requests.stop();
    return this.#streams.lastId;
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
