import type { Duplex } from 'node:stream';
import { writeOwnSettings } from './connection-settings.ts';
import { ConnectionSocket } from './connection-socket.ts';
import { ConnectionWatch, type WatchedConnection } from './connection-watch.ts';
import { Farewell } from './farewell.ts';
import { FrameRouter } from './frame-router.ts';
import { ConnectionFault } from './frames/connection-fault.ts';
import { FrameReader } from './frames/frame-reader.ts';
import { FrameWriter } from './frames/frame-writer.ts';
import { HTTP1_REFUSAL, Preface } from './frames/preface.ts';
import type { ConnectionHost } from './streams/connection-parts.ts';

/** One connection: reads its bytes, routes its frames, checks its time limits, and ends it. */
export class Http2Connection implements WatchedConnection {
  readonly #host: ConnectionHost;
  readonly #socket: ConnectionSocket;
  readonly #writer: FrameWriter;
  readonly frames: FrameRouter;
  readonly #watch: ConnectionWatch;
  readonly #farewell: Farewell;
  readonly #reader = new FrameReader();
  readonly #preface = new Preface();
  #state: 'preface' | 'open' | 'ended' = 'preface';
  #isHalfClosed = false;
  /** The connection leaves once it has begun: its preface and first calls may be on their way. */
  #leavingSinceMs: number | undefined;

  /** @param onClosed called once, when the socket is closed */
  constructor(socket: Duplex, host: ConnectionHost, onClosed: () => void) {
    const { limits } = host;
    this.#host = host;
    const hooks = {
      onData: (chunk: Buffer) => this.#receive(chunk),
      onHalfClosed: () => this.#halfClosed(),
      onClosed: () => {
        this.#state = 'ended';
        this.frames.abandonAll();
        onClosed();
      },
      onOverflow: () => {
        this.#fail(
          new ConnectionFault('ENHANCE_YOUR_CALM', 'the peer does not read what we write'),
        );
      },
    };
    this.#socket = new ConnectionSocket(socket, hooks, limits.replyBytesMax, host.nowMs);
    const flush = (): void => this.#writer.flush();
    const send = (bytes: Buffer): void => this.#socket.write(bytes);
    this.#writer = new FrameWriter(send, () => host.flushSoon(flush));
    this.frames = new FrameRouter(host, this.#writer, {
      onStreamEnd: () => this.#endWhenDone(),
      onFault: (fault) => this.#fail(fault),
      onPingAck: (payload) => this.#farewell.pingAnswered(payload, host.nowMs()),
      onGoaway: () => this.#farewell.finish(host.nowMs()),
    });
    this.#watch = new ConnectionWatch(limits, host.nowMs());
    this.#farewell = new Farewell({
      writer: this.#writer,
      limits,
      stopServing: () => this.frames.stopServing(),
    });
  }

  get stalledSinceMs(): number | undefined {
    return this.#socket.stalledSinceMs ?? this.frames.stalledSinceMs;
  }

  get isLeaving(): boolean {
    return this.#farewell.isAnnounced;
  }

  ping(payload: string): void {
    this.#writer.ping(payload);
  }

  /** Asks the peer to use another connection, and ends when its calls are answered. */
  leave(): void {
    if (this.#state === 'preface') this.#leavingSinceMs = this.#host.nowMs();
    else if (this.#state === 'open') this.#farewell.announce(this.#host.nowMs());
  }

  /** Ends the connection at once, with all calls on it. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Checks the time limits. Called at intervals. */
  look(nowMs: number): void {
    const { limits } = this.#host;
    if (this.#state === 'ended') {
      if (this.#socket.hasLingered(nowMs, limits.lingerMs)) this.#socket.destroy();
      return;
    }
    try {
      this.#watch.look(this, nowMs);
      this.frames.expireCalls(nowMs);
      // Once the peer has closed its side, an unfinished request can never be completed.
      this.frames.resetSlowRequests(this.#isHalfClosed ? Infinity : nowMs);
      if (this.#farewell.look(nowMs) || this.#neverBegins(nowMs)) this.#end(limits.stallMaxMs);
      else this.#endWhenDone();
    } catch (fault) {
      this.#fail(fault);
    }
  }

  /** Ends the calls whose deadline has passed. */
  expireCalls(nowMs: number): void {
    try {
      this.frames.expireCalls(nowMs);
    } catch (fault) {
      this.#fail(fault);
    }
  }

  #receive(chunk: Buffer): void {
    if (this.#state === 'ended') return;
    this.#watch.heard(this.#host.nowMs());
    try {
      this.#reader.push(this.#state === 'preface' ? this.#begin(chunk) : chunk);
      while (this.#isReading() && this.#reader.next()) this.frames.route(this.#reader);
    } catch (fault) {
      this.#fail(fault);
    }
  }

  /** False once a frame has ended the connection. */
  #isReading(): boolean {
    return this.#state === 'open';
  }

  /** Reads the client's preface and sends our SETTINGS. Returns what follows the preface. */
  #begin(chunk: Buffer): Buffer {
    const { state, at } = this.#preface.take(chunk);
    switch (state) {
      case 'complete':
        this.#state = 'open';
        writeOwnSettings(this.#writer, this.#host.limits);
        if (this.#leavingSinceMs !== undefined) this.leave();
        break;
      case 'http1':
        this.#socket.write(Buffer.from(HTTP1_REFUSAL, 'latin1'));
        this.#end(this.#host.limits.lingerMs);
        break;
      case 'unknown':
        throw new ConnectionFault('PROTOCOL_ERROR', 'this is not HTTP/2');
      case 'unfinished':
        break;
      default:
        state satisfies never;
    }
    return chunk.subarray(at);
  }

  #halfClosed(): void {
    if (this.#state !== 'open') return this.#end(this.#host.limits.lingerMs);
    const nowMs = this.#host.nowMs();
    this.#isHalfClosed = true;
    this.#farewell.finish(nowMs);
    this.look(nowMs);
  }

  #neverBegins(nowMs: number): boolean {
    const { goawayPingMaxMs } = this.#host.limits;
    const sinceMs = this.#state === 'preface' ? this.#leavingSinceMs : undefined;
    return sinceMs !== undefined && nowMs - sinceMs >= goawayPingMaxMs;
  }

  #endWhenDone(): void {
    if (!this.#farewell.isFinal || this.frames.callCount > 0) return;
    this.#end(this.#host.limits.stallMaxMs);
  }

  #fail(fault: unknown): void {
    if (this.#state === 'ended') return;
    const { observer } = this.#host;
    let reported: ConnectionFault;
    if (fault instanceof ConnectionFault) {
      reported = fault;
      observer.connectionFaulted?.(fault);
    } else {
      reported = new ConnectionFault('INTERNAL_ERROR', 'internal error of the server');
      observer.handlerFailed?.(fault);
    }
    // Our SETTINGS must be our first frame, and a peer without a preface would not understand it.
    if (this.#state === 'open') {
      this.#writer.goaway(this.frames.lastStreamId, reported.errorName, reported.message);
    }
    this.#end(this.#host.limits.lingerMs);
  }

  /** @param unsentMaxMs how long the bytes written before may take to be sent */
  #end(unsentMaxMs: number): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#writer.flush();
    this.#socket.end(unsentMaxMs);
    this.frames.abandonAll();
  }
}
