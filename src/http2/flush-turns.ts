/**
 * Flushes everything that was written at one moment once: all replies that one packet from the
 * store causes are sent together.
 */
export class FlushTurns {
  #due: (() => void)[] = [];
  #next: (() => void)[] = [];
  readonly #flushAll = (): void => this.#flush();

  add(flush: () => void): void {
    this.#due.push(flush);
    if (this.#due.length === 1) process.nextTick(this.#flushAll);
  }

  #flush(): void {
    const turn = this.#due;
    this.#due = this.#next;
    for (const flush of turn) flush();
    turn.length = 0;
    this.#next = turn;
  }
}
