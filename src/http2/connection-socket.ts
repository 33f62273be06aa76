import type { Duplex } from 'node:stream';

export interface ConnectionSocketHooks {
  onData(chunk: Buffer): void;
  /** The peer has closed its sending side. It may still receive. */
  onHalfClosed(): void;
  onClosed(): void;
  /** More bytes wait to be written than the limit allows. */
  onOverflow(): void;
}

/** The bytes of a connection. While the peer does not read ours, we do not read the peer's. */
export class ConnectionSocket {
  readonly #socket: Duplex;
  readonly #hooks: ConnectionSocketHooks;
  readonly #waitingBytesMax: number;
  readonly #nowMs: () => number;
  #stalledSinceMs: number | undefined;
  #endedAtMs: number | undefined;
  #unsentMaxMs = 0;
  #finishedAtMs: number | undefined;

  /** @param waitingBytesMax how many bytes may wait to be written */
  constructor(
    socket: Duplex,
    hooks: ConnectionSocketHooks,
    waitingBytesMax: number,
    nowMs: () => number,
  ) {
    this.#socket = socket;
    this.#hooks = hooks;
    this.#waitingBytesMax = waitingBytesMax;
    this.#nowMs = nowMs;
    socket.on('data', (chunk: Buffer) => hooks.onData(chunk));
    socket.once('end', () => hooks.onHalfClosed());
    socket.on('drain', () => {
      this.#stalledSinceMs = undefined;
      socket.resume();
    });
    // A 'close' always follows, and it is handled.
    socket.on('error', () => {});
    socket.once('finish', () => (this.#finishedAtMs = nowMs()));
    socket.once('close', () => hooks.onClosed());
  }

  /** Since when the peer has not read what was written; `undefined`: nothing waits. */
  get stalledSinceMs(): number | undefined {
    return this.#stalledSinceMs;
  }

  /** @param bytes must never change afterwards */
  write(bytes: Buffer): void {
    if (this.#endedAtMs !== undefined || this.#socket.write(bytes)) return;
    if (this.#stalledSinceMs === undefined) {
      this.#stalledSinceMs = this.#nowMs();
      this.#socket.pause();
    }
    if (this.#socket.writableLength > this.#waitingBytesMax) this.#hooks.onOverflow();
  }

  /**
   * Ends our side: nothing more is written. The socket is still read, because unread bytes would
   * turn our end into a reset.
   * @param unsentMaxMs how long the bytes written before may take to be sent
   */
  end(unsentMaxMs: number): void {
    if (this.#endedAtMs !== undefined) return;
    this.#endedAtMs = this.#nowMs();
    this.#unsentMaxMs = unsentMaxMs;
    this.#socket.end();
    this.#socket.resume();
  }

  /** Whether the socket has stayed open long enough after its end. */
  hasLingered(nowMs: number, lingerMs: number): boolean {
    if (this.#finishedAtMs !== undefined) return nowMs - this.#finishedAtMs >= lingerMs;
    return this.#endedAtMs !== undefined && nowMs - this.#endedAtMs >= this.#unsentMaxMs;
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
