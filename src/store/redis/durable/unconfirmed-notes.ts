import type { Ledger, Note } from './ledger.ts';

/** No call of administration takes longer, so nothing waits for the confirmation of older notes. */
const AWAITED_MS = 60_000;

/**
 * The notes of administration that replicas have not confirmed yet, and on which connection each
 * was written.
 */
export class UnconfirmedNotes {
  readonly #ledger: Ledger;
  /** The generation of the connection, by the name of the note. */
  readonly #generations = new Map<string, number>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** The store has answered, on the connection of this generation. */
  written(name: string, generation: number): void {
    this.#generations.set(name, generation);
  }

  /** Those of earlier connections: a `WAIT` on the current one does not cover them. */
  writtenBefore(generation: number): ReadonlyMap<string, Note> {
    const lost = new Map<string, Note>();
    for (const [name, writtenOn] of this.#generations) {
      const note = this.#ledger.get(name);
      if (note === undefined || this.#ledger.ageMs(note) > AWAITED_MS) {
        this.#generations.delete(name);
      } else if (writtenOn !== generation) lost.set(name, note);
    }
    return lost;
  }

  names(): string[] {
    return [...this.#generations.keys()];
  }

  confirmed(names: readonly string[]): void {
    for (const name of names) this.#generations.delete(name);
  }
}
