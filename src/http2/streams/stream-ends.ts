import { ConnectionFault } from '../frames/connection-fault.ts';
import { FLAG, type ErrorName } from '../frames/protocol-numbers.ts';
import type { ConnectionParts } from './connection-parts.ts';
import { GRPC_STATUS, DEADLINE_OVER } from './grpc-status.ts';
import type { MessageIntake } from './message-intake.ts';
import { statusOnly, statusTrailers } from './reply-blocks.ts';
import type { UnaryStream } from './unary-stream.ts';

/** All ways in which a stream can end. Each of them cleans up everything of the stream. */
export class StreamEnds {
  readonly #parts: ConnectionParts;
  readonly #intake: MessageIntake;
  readonly #onEnd: () => void;

  /** @param onEnd called after each stream that has ended */
  constructor(parts: ConnectionParts, intake: MessageIntake, onEnd: () => void) {
    this.#parts = parts;
    this.#intake = intake;
    this.#onEnd = onEnd;
  }

  /** The last frame of the answer is written. */
  answered(stream: UnaryStream): void {
    this.#parts.budgets.callAnswered();
    this.#leave(stream);
    if (!stream.isRequestComplete) this.#askNoMore(stream.id);
    this.#onEnd();
  }

  /** The stream was answered without being opened. */
  refused(streamId: number, isRequestComplete: boolean): void {
    this.#parts.streams.noteClosed(streamId);
    if (!isRequestComplete) this.#askNoMore(streamId);
  }

  /** The peer has reset the stream. */
  resetByPeer(stream: UnaryStream): void {
    this.#parts.budgets.resets.spend(this.#parts.nowMs());
    this.#abandon(stream, 'cancelled');
  }

  /** Resets an open stream for a violation of the peer. */
  reset(stream: UnaryStream, error: ErrorName): void {
    this.resetId(stream.id, error);
  }

  /** Resets a stream for a violation of the peer, whether the stream is open or not. */
  resetId(streamId: number, error: ErrorName): void {
    this.#sendReset(streamId, error);
    this.#parts.budgets.resets.spend(this.#parts.nowMs());
  }

  /** Refuses a stream because handlers still work on calls that the peer has cancelled. */
  refuseForNow(streamId: number): void {
    this.#sendReset(streamId, 'REFUSED_STREAM');
  }

  /** The deadline of the call has passed. */
  expire(stream: UnaryStream): void {
    const { writer } = this.#parts;
    const code = GRPC_STATUS.DEADLINE_EXCEEDED;
    const block = stream.areHeadersSent
      ? statusTrailers(code, DEADLINE_OVER)
      : statusOnly(code, DEADLINE_OVER);
    writer.headers(stream.id, block, FLAG.endStream);
    if (!stream.isRequestComplete) this.#askNoMore(stream.id);
    // The call counts as answered, though not by its handler. The caller's reset is on its way.
    this.#parts.budgets.callAnswered();
    this.#abandon(stream, 'deadline');
  }

  /** Ends all streams: the connection has ended. */
  all(): void {
    for (const stream of this.#parts.streams.open()) this.#abandon(stream, 'cancelled');
  }

  /**
   * DATA for a stream that is not open (RFC 9113 section 5.1).
   * @throws {ConnectionFault} PROTOCOL_ERROR for a stream that was never opened
   */
  strayData(streamId: number, isLast: boolean): void {
    switch (this.#parts.streams.kindOf(streamId)) {
      case 'ignored':
        if (isLast) this.#parts.streams.heed(streamId);
        return;
      case 'closed':
      case 'skipped':
        this.resetId(streamId, 'STREAM_CLOSED');
        return;
      case 'idle':
        throw new ConnectionFault('PROTOCOL_ERROR', 'a frame for a stream that was never opened');
      default:
    }
  }

  #sendReset(streamId: number, error: ErrorName): void {
    const { streams, writer } = this.#parts;
    writer.rstStream(streamId, error);
    streams.ignore(streamId);
    const open = streams.find(streamId);
    if (open !== undefined) this.#abandon(open, 'cancelled');
    else streams.noteClosed(streamId);
  }

  #abandon(stream: UnaryStream, how: 'cancelled' | 'deadline'): void {
    this.#leave(stream);
    if (stream.abandon(how)) this.#parts.streams.abandoned();
    this.#onEnd();
  }

  #leave(stream: UnaryStream): void {
    this.#parts.sender.forget(stream);
    this.#intake.release(stream);
    this.#parts.streams.close(stream);
  }

  /** Asks the peer to send no more of a request that is already answered (RFC 9113 section 8.1). */
  #askNoMore(streamId: number): void {
    this.#parts.writer.rstStream(streamId, 'NO_ERROR');
    this.#parts.streams.ignore(streamId);
  }
}
