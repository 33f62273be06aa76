import { openLogSink } from './log-sink.ts';
import type { LogSink } from './log-sink.ts';

/** Waiting bytes beyond this are dropped: a log that nobody reads must not become our memory. */
const PENDING_MAX_BYTES = 1024 * 1024;
const WRITE_MAX_BYTES = 64 * 1024;

/**
 * Where log lines go. A reader that is slow or gone costs lines, which are counted, and never a check.
 *
 * Not pino's own destination: that one flushes synchronously at exit, which hangs for ever on a full pipe.
 */
export class LogDestination {
  readonly #sink: LogSink;
  readonly #onDrop: (lines: number) => void;
  #lines: Buffer[] = [];
  /** Bytes taken and not written yet, those of the write under way included. */
  #pendingBytes = 0;
  #isWriting = false;
  #idleWaiters: (() => void)[] = [];
  #isClosed = false;

  /** `onDrop` is told how many lines have just been lost. */
  constructor(fd: number, onDrop: (lines: number) => void) {
    this.#sink = openLogSink(fd);
    this.#onDrop = onDrop;
  }

  /** Takes one line with its line feed. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#isClosed || this.#pendingBytes + bytes.length > PENDING_MAX_BYTES) {
      this.#onDrop(1);
      return;
    }
    this.#lines.push(bytes);
    this.#pendingBytes += bytes.length;
    if (!this.#isWriting) this.#writeNext();
  }

  /** Resolves when all is written, or after `maxMs`; true if all is written. */
  async flush(maxMs: number): Promise<boolean> {
    if (this.#pendingBytes === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#idleWaiters.push(resolve);
      timer = setTimeout(resolve, maxMs);
    });
    clearTimeout(timer);
    return this.#pendingBytes === 0;
  }

  /** Lines after this are dropped. */
  close(): void {
    this.#isClosed = true;
    this.#sink.close();
  }

  #writeNext(): void {
    let bytes = 0;
    let count = 0;
    for (const line of this.#lines) {
      if (bytes >= WRITE_MAX_BYTES) break;
      bytes += line.length;
      count += 1;
    }
    const batch = this.#lines.splice(0, count);
    this.#isWriting = true;
    this.#sink.write(Buffer.concat(batch), (error) => {
      this.#isWriting = false;
      this.#pendingBytes -= bytes;
      // The reader is gone, or the disk is full. We go on serving, and try again with the next line.
      if (error !== undefined) this.#onDrop(count);
      if (this.#lines.length > 0) this.#writeNext();
      else this.#tellIdle();
    });
  }

  #tellIdle(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const tell of waiters) tell();
  }
}
