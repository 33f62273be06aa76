import { openLogSink } from './log-sink.ts';
import type { LogSink } from './log-sink.ts';

/** Beyond this, lines are dropped: a log that is not being read must not fill our memory. */
const PENDING_MAX_BYTES = 1024 * 1024;
const WRITE_MAX_BYTES = 64 * 1024;

/**
 * Where log lines go. If the reader is slow or gone, lines are dropped and counted, and checks go
 * on.
 *
 * It replaces pino's own destination, which flushes synchronously at exit and so hangs forever on a
 * full pipe.
 */
export class LogDestination {
  readonly #sink: LogSink;
  readonly #onDrop: (lines: number) => void;
  #lines: Buffer[] = [];
  /** Bytes that are not written yet, including those being written now. */
  #pendingBytes = 0;
  #isWriting = false;
  #idleWaiters: (() => void)[] = [];
  #isClosed = false;

  /** @param onDrop called with the number of lines that were just dropped */
  constructor(fd: number, onDrop: (lines: number) => void) {
    this.#sink = openLogSink(fd);
    this.#onDrop = onDrop;
  }

  /** Writes one line, which includes its line feed. */
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

  /**
   * Resolves when everything is written or `maxMs` is over. @returns whether everything is written
   */
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

  /** Later lines are dropped. */
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
      // The reader is gone or the disk is full. Serving goes on, and the next line is tried again.
      if (error !== undefined) this.#onDrop(count);
      if (this.#lines.length > 0) this.#writeNext();
      else this.#idle();
    });
  }

  #idle(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
