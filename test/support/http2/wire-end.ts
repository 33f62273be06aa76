import { Duplex } from 'node:stream';

/**
 * The server's end of a connection in memory. What a test lets arrive is read by the server in the same turn or the
 * next, and what the server writes is there at once, so that a conversation needs neither socket nor clock.
 */
export class WireEnd extends Duplex {
  /** Told each write of the server, in order. */
  onOutput: (bytes: Buffer) => void = () => {};
  /** Told once, when the server has ended its side or destroyed the connection. */
  onEnded: () => void = () => {};
  /** How many writes there were: what is corked together counts as one. */
  writes = 0;
  #isEnded = false;
  #isStalled = false;
  #stalled: (() => void)[] = [];

  constructor() {
    // As our listener hands out its sockets: the peer's end does not end ours.
    super({ allowHalfOpen: true });
    this.on('error', () => {});
  }

  arrive(bytes: Buffer): void {
    if (!this.destroyed && !this.readableEnded) this.push(bytes);
  }

  /** The client ends its side in good order. */
  arriveEnd(): void {
    if (!this.destroyed) this.push(null);
  }

  /** The connection breaks. */
  break(): void {
    this.destroy(new Error('ECONNRESET'));
  }

  /** From now on the client reads nothing: writes stay unfinished. */
  stall(): void {
    this.#isStalled = true;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#written(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#written(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#ended();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#ended();
    for (const unfinished of this.#stalled.splice(0)) unfinished();
    done(error);
  }

  #written(bytes: Buffer, done: () => void): void {
    if (this.#isStalled) {
      this.#stalled.push(done);
      return;
    }
    this.writes += 1;
    this.onOutput(bytes);
    done();
  }

  #ended(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.onEnded();
  }
}
