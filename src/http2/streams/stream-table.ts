import { StreamSlots } from './stream-slots.ts';
import type { UnaryStream } from './unary-stream.ts';

/** How many closed streams are remembered, for late frames: as many as may be open. */
const CLOSED_MAX = 1_024;

/** The state of a stream that is not open. */
export type ClosedStream = 'idle' | 'closed' | 'ignored' | 'skipped';

/** The streams of one connection. */
export class StreamTable {
  readonly #open = new StreamSlots();
  #lastId = 0;
  /** Abandoned calls whose handler still works. They count, or resets would bypass the limit. */
  #working = 0;
  /** A ring of identifiers in which the newest replaces the oldest. */
  #closed: Uint32Array | undefined;
  #closedAt = 0;
  readonly #ignored = new Set<number>();

  /** The highest identifier of a stream so far. */
  get lastId(): number {
    return this.#lastId;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Calls that cost work now. */
  get load(): number {
    return this.#open.size + this.#working;
  }

  open(): Iterable<UnaryStream> {
    return this.#open.all();
  }

  find(id: number): UnaryStream | undefined {
    return this.#open.find(id);
  }

  /** Notes the identifier of a new stream, whether it is then served or refused. */
  noteId(id: number): void {
    this.#lastId = id;
  }

  add(stream: UnaryStream): void {
    this.#open.add(stream);
  }

  /** Removes a stream that has ended. A second call is harmless. */
  close(stream: UnaryStream): void {
    this.#open.remove(stream.id);
    this.noteClosed(stream.id);
  }

  noteClosed(id: number): void {
    this.#closed ??= new Uint32Array(CLOSED_MAX);
    this.#closed[this.#closedAt] = id;
    this.#closedAt = (this.#closedAt + 1) % CLOSED_MAX;
  }

  /**
   * Ignores further frames of a stream for a while: we closed it, but the peer may still be sending
   * (RFC 9113 section 5.1).
   */
  ignore(id: number): void {
    this.#ignored.add(id);
    if (this.#ignored.size <= CLOSED_MAX) return;
    const [oldest] = this.#ignored;
    if (oldest !== undefined) this.#ignored.delete(oldest);
  }

  /** The peer has ended an ignored stream, too: frames that still follow are a violation. */
  heed(id: number): void {
    this.#ignored.delete(id);
  }

  /** The state of a stream that is not open. */
  kindOf(id: number): ClosedStream {
    if (id > this.#lastId || id % 2 === 0) return 'idle';
    if (this.#ignored.has(id)) return 'ignored';
    return this.#closed?.includes(id) === true ? 'closed' : 'skipped';
  }

  abandoned(): void {
    this.#working += 1;
  }

  released(): void {
    this.#working -= 1;
  }
}
