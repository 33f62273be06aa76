import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

/** One series of a {@link Tally}: counting is `count += 1`, and nothing else. */
export interface TallyCell {
  count: number;
}

/**
 * A labelled counter for the request path. The library validates and hashes the labels at every increment; here a
 * check adds one to a number that it has at hand, and the numbers are handed over when somebody scrapes.
 */
export class Tally<Label extends string> {
  readonly #counter: Counter<string>;
  readonly #cells = new Map<
    TallyCell,
    { readonly labels: Record<Label, string>; handedOver: number }
  >();

  constructor(
    registry: Registry,
    config: { name: string; help: string; labelNames: readonly Label[] },
  ) {
    this.#counter = new Counter<string>({
      ...config,
      registers: [registry],
      collect: () => this.#handOver(),
    });
  }

  /** A new series. Its labels must come from closed sets, and never twice the same. */
  cell(labels: Record<Label, string>): TallyCell {
    const cell = { count: 0 };
    this.#cells.set(cell, { labels, handedOver: 0 });
    return cell;
  }

  /** Forgets a series; what is still counted in its cell is lost. */
  remove(cell: TallyCell): void {
    const entry = this.#cells.get(cell);
    if (entry === undefined) return;
    this.#cells.delete(cell);
    this.#counter.remove(entry.labels);
  }

  #handOver(): void {
    for (const [cell, entry] of this.#cells) {
      if (cell.count === entry.handedOver) continue;
      this.#counter.inc(entry.labels, cell.count - entry.handedOver);
      entry.handedOver = cell.count;
    }
  }
}
