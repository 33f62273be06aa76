import { StreamSlots } from './stream-slots.ts';
import type { UnaryStream } from './unary-stream.ts';

/** Of so many streams it is remembered how they were closed, for frames that come late: as many as may be open. */
const CLOSED_MAX = 1_024;

/** What is known of a stream that is not open. */
export type ClosedStream = 'idle' | 'closed' | 'ignored' | 'skipped';

/** The streams of one connection. */
export class StreamTable {
  readonly #open = new StreamSlots();
  #lastId = 0;
  /** Calls that have left the connection while their handler is at work: they count, or resets would lift the limit. */
  #working = 0;
  /** Rings of identifiers, the youngest over the oldest. */
  #closed: Uint32Array | undefined;
  #closedAt = 0;
  readonly #ignored = new Set<number>();

  /** The highest identifier that a stream was opened with. */
  get lastId(): number {
    return this.#lastId;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Calls that cost something now. */
  get load(): number {
    return this.#open.size + this.#working;
  }

  open(): Iterable<UnaryStream> {
    return this.#open.all();
  }

  find(id: number): UnaryStream | undefined {
    return this.#open.find(id);
  }

  /** Takes note of a stream's identifier, whether it is then served or refused. */
  noteId(id: number): void {
    this.#lastId = id;
  }

  add(stream: UnaryStream): void {
    this.#open.add(stream);
  }

  /** Told for each stream that is over; a second time is harmless. */
  close(stream: UnaryStream): void {
    this.#open.remove(stream.id);
    this.noteClosed(stream.id);
  }

  noteClosed(id: number): void {
    this.#closed ??= new Uint32Array(CLOSED_MAX);
    this.#closed[this.#closedAt] = id;
    this.#closedAt = (this.#closedAt + 1) % CLOSED_MAX;
  }

  /** We have closed it while the peer may still be sending: what comes is to be ignored for a while (RFC 9113 section 5.1). */
  ignore(id: number): void {
    this.#ignored.add(id);
    if (this.#ignored.size <= CLOSED_MAX) return;
    const [oldest] = this.#ignored;
    if (oldest !== undefined) this.#ignored.delete(oldest);
  }

  /** What to make of a frame for a stream that is not open. */
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
