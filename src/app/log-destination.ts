import { close, constants, fstatSync, openSync, write, writeSync } from 'node:fs';

/** Waiting bytes beyond this are dropped: a log that nobody reads must not become our memory. */
const PENDING_MAX_BYTES = 1024 * 1024;
/** One write; a pipe holds 64 KiB. */
const WRITE_MAX_BYTES = 64 * 1024;
const FULL_PIPE_RETRY_MS = 50;

/**
 * Where log lines go. A reader that is slow or gone costs lines, which are counted, and never a check: nothing here
 * waits for the reader, neither the event loop nor (where the system allows it) a thread of Node's pool.
 *
 * Not pino's own destination: that one flushes synchronously at exit, which hangs for ever on a full pipe.
 */
export class LogDestination {
  readonly #fd: number;
  readonly #onDrop: (lines: number) => void;
  readonly #isOurs: boolean;
  #lines: Buffer[] = [];
  #pendingBytes = 0;
  /** What the running write has taken over and not written yet. */
  #writing: Buffer | undefined;
  #idleWaiters: (() => void)[] = [];
  #isBroken = false;

  /** `onDrop` is told how many lines have just been lost. */
  constructor(fd: number, onDrop: (lines: number) => void) {
    const reopened = reopenWithoutBlocking(fd);
    this.#fd = reopened ?? fd;
    this.#isOurs = reopened !== undefined;
    this.#onDrop = onDrop;
  }

  /** Takes one line with its line feed. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#isBroken || this.#pendingBytes + bytes.length > PENDING_MAX_BYTES) {
      this.#onDrop(1);
      return;
    }
    this.#lines.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#writing === undefined) this.#writeNext();
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

  /** Last words, when the process ends at once. Tries once and never waits. */
  writeAtExit(line: string): void {
    if (this.#isBroken || (!this.#isOurs && isPipe(this.#fd))) return;
    try {
      writeSync(
        this.#fd,
        Buffer.concat([this.#writing ?? Buffer.alloc(0), ...this.#lines, Buffer.from(line)]),
      );
    } catch {
      // Full or gone: there is nobody left to tell.
    }
  }

  /** Gives back its descriptor; lines after this are dropped. */
  close(): void {
    this.#isBroken = true;
    if (this.#isOurs) close(this.#fd, () => undefined);
  }

  #writeNext(): void {
    const batch: Buffer[] = [];
    let bytes = 0;
    while (this.#lines.length > 0 && bytes < WRITE_MAX_BYTES) {
      const line = this.#lines.shift() ?? Buffer.alloc(0);
      batch.push(line);
      bytes += line.length;
    }
    this.#writing = Buffer.concat(batch);
    this.#writeRest();
  }

  #writeRest(): void {
    const rest = this.#writing ?? Buffer.alloc(0);
    write(this.#fd, rest, (error, written) => {
      if (error !== null) {
        this.#onWriteError(error);
        return;
      }
      this.#pendingBytes -= written;
      this.#writing = written < rest.length ? rest.subarray(written) : undefined;
      if (this.#writing !== undefined) this.#writeRest();
      else if (this.#lines.length > 0) this.#writeNext();
      else this.#tellIdle();
    });
  }

  #onWriteError(error: NodeJS.ErrnoException): void {
    if (error.code === 'EAGAIN') {
      // Not held open by this: at exit the lines of a reader that does not read are lost.
      setTimeout(() => this.#writeRest(), FULL_PIPE_RETRY_MS).unref();
      return;
    }
    // The reader is gone for good (EPIPE), or the disk is full: either way we go on serving.
    this.#isBroken = error.code === 'EPIPE' || error.code === 'EBADF';
    const lost = countLines(this.#writing) + this.#lines.length;
    this.#writing = undefined;
    this.#lines = [];
    this.#pendingBytes = 0;
    this.#onDrop(lost);
    this.#tellIdle();
  }

  #tellIdle(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const tell of waiters) tell();
  }
}

/** The same pipe through a descriptor of our own that does not block, so that others who share the pipe notice nothing. */
function reopenWithoutBlocking(fd: number): number | undefined {
  if (!isPipe(fd)) return undefined;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    // No /proc, or the pipe belongs to another user: writes then wait in a thread of Node's pool.
    return undefined;
  }
}

function isPipe(fd: number): boolean {
  try {
    return fstatSync(fd).isFIFO();
  } catch {
    return false;
  }
}

function countLines(bytes: Buffer | undefined): number {
  return bytes === undefined
    ? 0
    : bytes.reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 0);
}
