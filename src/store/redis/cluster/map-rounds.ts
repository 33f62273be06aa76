/** Nodes are not asked more often, whatever happens. */
const PAUSE_MIN_MS = 50;
const ROUTINE_MS = 1_000;
/** While a part of the Cluster cannot be used. */
const UNSETTLED_MS = 200;

/** When nodes are asked for the map: now and then, and soon after something has happened. */
export class MapRounds {
  readonly #ask: () => Promise<boolean>;
  #startedAtMs = -Infinity;
  #isAsking = false;
  #isWanted = false;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param ask asks some nodes; true if all is well. Must not throw */
  constructor(ask: () => Promise<boolean>) {
    this.#ask = ask;
  }

  /** Something has happened: asks as soon as it may. */
  soon(): void {
    this.#isWanted = true;
    if (!this.#isAsking) this.#askIn(this.#startedAtMs + PAUSE_MIN_MS - performance.now());
  }

  /** Resolves when nodes that are asked from now on have answered. */
  async next(): Promise<void> {
    if (this.#isClosed) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.soon();
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #askIn(delayMs: number): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#round(), Math.max(0, delayMs));
  }

  async #round(): Promise<void> {
    this.#startedAtMs = performance.now();
    this.#isAsking = true;
    this.#isWanted = false;
    const waiting = this.#waiting.splice(0);
    const isWell = await this.#ask();
    this.#isAsking = false;
    for (const resolve of waiting) resolve();
    if (this.#isWanted) this.soon();
    else this.#askIn(isWell ? ROUTINE_MS : UNSETTLED_MS);
  }
}
