import { closeSync, constants, fstatSync, openSync, write } from 'node:fs';
import { Socket } from 'node:net';

/** Writes bytes, one call at a time, and never blocks on its reader. */
export interface LogSink {
  /** @param done called when the bytes are written, or with the error */
  write(bytes: Buffer, done: (error: Error | undefined) => void): void;
  close(): void;
}

/**
 * Opens a sink for a file descriptor: a pipe (shells, container runtimes), socket (systemd), file
 * or terminal.
 */
export function openLogSink(fd: number): LogSink {
  const kind = fstatSync(fd);
  if (kind.isFIFO()) return socketSink(reopened(fd) ?? fd, fd);
  return kind.isSocket() ? socketSink(fd, fd) : fileSink(fd);
}

/**
 * Uses a socket of the event loop, which waits for a full pipe without a thread. fs.write would
 * block one of Node's few pool threads, and the process could not even exit during that time.
 */
function socketSink(fd: number, original: number): LogSink {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.unref();
  socket.on('error', () => undefined); // the callback of the write gets it
  return {
    write: (bytes, done) => void socket.write(bytes, (error) => done(error ?? undefined)),
    close: () => {
      if (fd !== original) socket.destroy(); // stdout itself stays open
    },
  };
}

function fileSink(fd: number): LogSink {
  const writeAll = (bytes: Buffer, done: (error: Error | undefined) => void): void =>
    write(fd, bytes, (error, written) => {
      if (error !== null) done(error);
      else if (written < bytes.length) writeAll(bytes.subarray(written), done);
      else done(undefined);
    });
  return { write: writeAll, close: () => undefined };
}

/**
 * Opens the same pipe again. Making the new descriptor non-blocking then changes nothing for other
 * processes that write to the pipe.
 * @returns `undefined` without /proc, or if the pipe belongs to another user
 */
function reopened(fd: number): number | undefined {
  try {
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
    if (fstatSync(own).isFIFO()) return own;
    closeSync(own);
    return undefined;
  } catch {
    return undefined;
  }
}
