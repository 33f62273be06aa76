import type { Duplex } from 'node:stream';

export interface ConnectionSocketHooks {
  onData(chunk: Buffer): void;
  /** The peer has nothing more to say; it may still listen. */
  onHalfClosed(): void;
  onClosed(): void;
  /** More waits to be written than is put up with. */
  onOverflow(): void;
}

/** The bytes of a connection, both ways. While a peer does not take what we write, nothing more of it is read. */
export class ConnectionSocket {
  readonly #socket: Duplex;
  readonly #hooks: ConnectionSocketHooks;
  readonly #waitingBytesMax: number;
  readonly #nowMs: () => number;
  #stalledSinceMs: number | undefined;
  #endedAtMs: number | undefined;
  #unsentMaxMs = 0;
  #finishedAtMs: number | undefined;

  /** @param waitingBytesMax how much may wait to be written */
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
    // 'close' follows, and that is all there is to know.
    socket.on('error', () => {});
    socket.once('finish', () => (this.#finishedAtMs = nowMs()));
    socket.once('close', () => hooks.onClosed());
  }

  /** Since when the peer has not taken what was written. */
  get stalledSinceMs(): number | undefined {
    return this.#stalledSinceMs;
  }

  /** @param bytes stay as they are */
  write(bytes: Buffer): void {
    if (this.#endedAtMs !== undefined || this.#socket.write(bytes)) return;
    if (this.#stalledSinceMs === undefined) {
      this.#stalledSinceMs = this.#nowMs();
      this.#socket.pause();
    }
    if (this.#socket.writableLength > this.#waitingBytesMax) this.#hooks.onOverflow();
  }

  /**
   * Nothing more is written. What still comes must be read: unread, it would turn our end into a reset.
   * @param unsentMaxMs how long what was written before may take to leave
   */
  end(unsentMaxMs: number): void {
    if (this.#endedAtMs !== undefined) return;
    this.#endedAtMs = this.#nowMs();
    this.#unsentMaxMs = unsentMaxMs;
    this.#socket.end();
    this.#socket.resume();
  }

  /** Whether it has been left open long enough after its end. */
  hasLingered(nowMs: number, lingerMs: number): boolean {
    if (this.#finishedAtMs !== undefined) return nowMs - this.#finishedAtMs >= lingerMs;
    return this.#endedAtMs !== undefined && nowMs - this.#endedAtMs >= this.#unsentMaxMs;
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
