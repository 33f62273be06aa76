import { Duplex } from 'node:stream';

/**
 * The server's end of a connection in memory. The server reads what a test sends in the same turn
 * or the next, and its writes arrive at once, so a conversation needs neither a socket nor a clock.
 */
export class WireEnd extends Duplex {
  /** Called for each write of the server, in order. */
  onOutput: (bytes: Buffer) => void = () => {};
  /** Called once, when the server has ended its side or destroyed the connection. */
  onEnded: () => void = () => {};
  /** The number of writes. Writes that are corked together count as one. */
  writes = 0;
  #isEnded = false;
  #isStalled = false;
  #stalled: (() => void)[] = [];

  constructor() {
    // Like the sockets of our listener: the end of the peer's side does not end ours.
    super({ allowHalfOpen: true });
    this.on('error', () => {});
  }

  arrive(bytes: Buffer): void {
    if (!this.destroyed && !this.readableEnded) this.push(bytes);
  }

  /** The client ends its side properly. */
  arriveEnd(): void {
    if (!this.destroyed) this.push(null);
  }

  /** The connection breaks. */
  break(): void {
    this.destroy(new Error('ECONNRESET'));
  }

  /** From now on the client reads nothing, so writes stay unfinished. */
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
