import { ConnectionFault } from './connection-fault.ts';
import type { ConnectionParts } from './connection-parts.ts';
import type { ErrorName } from './error-code.ts';
import { GRPC_STATUS, LATE } from './grpc-status.ts';
import type { MessageIntake } from './message-intake.ts';
import { statusOnly, statusTrailers } from './reply-blocks.ts';
import { FLAG } from './frame-type.ts';
import type { UnaryStream } from './unary-stream.ts';

/** All ways in which a stream ends, so that each leaves nothing behind. */
export class StreamEnds {
  readonly #parts: ConnectionParts;
  readonly #intake: MessageIntake;
  readonly #onEnd: () => void;

  /** @param onEnd told after each stream that has ended */
  constructor(parts: ConnectionParts, intake: MessageIntake, onEnd: () => void) {
    this.#parts = parts;
    this.#intake = intake;
    this.#onEnd = onEnd;
  }

  /** The last frame of its answer is written. */
  answered(stream: UnaryStream): void {
    this.#parts.budgets.callAnswered();
    this.#leave(stream);
    if (!stream.isRequestComplete) this.#askNoMore(stream.id);
    this.#onEnd();
  }

  /** It was answered without having been opened. */
  refused(streamId: number, isRequestComplete: boolean): void {
    this.#parts.streams.noteClosed(streamId);
    if (!isRequestComplete) this.#askNoMore(streamId);
  }

  /** The peer has reset it. */
  resetByPeer(stream: UnaryStream): void {
    this.#parts.budgets.resets.spend(this.#parts.nowMs());
    this.#abandon(stream, 'cancelled');
  }

  /** Resets it for what the peer did wrong. */
  reset(stream: UnaryStream, error: ErrorName): void {
    this.resetId(stream.id, error);
  }

  /** Resets a stream for what the peer did wrong, whether it is open or not. */
  resetId(streamId: number, error: ErrorName): void {
    this.#sendReset(streamId, error);
    this.#parts.budgets.resets.spend(this.#parts.nowMs());
  }

  /** Refuses a stream of a peer that has kept to its limit: calls that it has given up are still being worked on. */
  refuseForNow(streamId: number): void {
    this.#sendReset(streamId, 'REFUSED_STREAM');
  }

  /** The caller's time is over. */
  expire(stream: UnaryStream): void {
    const { writer } = this.#parts;
    const code = GRPC_STATUS.deadlineExceeded;
    const block = stream.areHeadersSent ? statusTrailers(code, LATE) : statusOnly(code, LATE);
    writer.headers(stream.id, block, FLAG.endStream);
    if (!stream.isRequestComplete) this.#askNoMore(stream.id);
    // It was answered, though not by its handler; and the caller's own reset is on its way.
    this.#parts.budgets.callAnswered();
    this.#abandon(stream, 'deadline');
  }

  /** The connection is gone, and all that was on it. */
  all(): void {
    for (const stream of this.#parts.streams.open()) this.#abandon(stream, 'cancelled');
  }

  /**
   * A frame for a stream that is not open (RFC 9113 section 5.1).
   * @throws {ConnectionFault} PROTOCOL_ERROR for one that never was
   */
  strayFrame(streamId: number): void {
    switch (this.#parts.streams.kindOf(streamId)) {
      case 'ignored':
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

  /** The answer is complete before the request: nothing more of it is wanted (RFC 9113 section 8.1). */
  #askNoMore(streamId: number): void {
    this.#parts.writer.rstStream(streamId, 'NO_ERROR');
    this.#parts.streams.ignore(streamId);
  }
}
