/** Random choices that a seed repeats. */
export class Dice {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** From 0 up to, and without, 1 (mulberry32). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number; both ends are included. */
  between(lo: number, hi: number): number {
    return lo + Math.floor(this.fraction() * (hi - lo + 1));
  }

  /** True with this probability. */
  comes(probability: number): boolean {
    return this.fraction() < probability;
  }

  anyOf<Each>(list: readonly Each[]): Each {
    const chosen = list[this.between(0, list.length - 1)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }

  /** Dice of another user or fault, which the order of events does not change. */
  apart(name: number): Dice {
    return new Dice(Math.imul(this.seed + 1, 0x9e3779b1) ^ Math.imul(name + 1, 0x85ebca6b));
  }
}
