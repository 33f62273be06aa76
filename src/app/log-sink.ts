import { closeSync, constants, fstatSync, openSync, write } from 'node:fs';
import { Socket } from 'node:net';

/** Takes bytes, one call at a time, and tells when they are written or why they cannot be. Never blocks on its reader. */
export interface LogSink {
  write(bytes: Buffer, done: (error: Error | undefined) => void): void;
  close(): void;
}

/** The sink behind a file descriptor: a pipe (shells, container runtimes), a socket (systemd), a file or a terminal. */
export function openLogSink(fd: number): LogSink {
  const kind = fstatSync(fd);
  if (kind.isFIFO()) return socketSink(reopened(fd) ?? fd, fd);
  return kind.isSocket() ? socketSink(fd, fd) : fileSink(fd);
}

/**
 * Through an event loop's socket, which waits for a full pipe without a thread: fs.write would sit in one of Node's few
 * pool threads, and the process could not even exit while it does.
 */
function socketSink(fd: number, original: number): LogSink {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.unref();
  socket.on('error', () => undefined); // the callback of the write tells it
  return {
    write: (bytes, done) => void socket.write(bytes, (error) => done(error ?? undefined)),
    close: () => {
      if (fd !== original) socket.destroy(); // stdout itself is not ours to close
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
 * The same pipe through a descriptor of our own: making ours non-blocking then changes nothing for others who write to
 * it. Without /proc, or where the pipe belongs to another user, `undefined`.
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
