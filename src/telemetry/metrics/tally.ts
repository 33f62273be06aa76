import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

/** One series of a {@link Tally}. To count is `count += 1`, and nothing else. */
export interface TallyCell {
  count: number;
}

/**
 * A labelled counter for the request path. The library validates and hashes the labels at every
 * increment. Here a check adds one to a number, and the numbers go to the library at each scrape.
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

  /** Creates a series. Its labels come from closed sets, and no two series have the same ones. */
  cell(labels: Record<Label, string>): TallyCell {
    const cell = { count: 0 };
    this.#cells.set(cell, { labels, handedOver: 0 });
    return cell;
  }

  /** Removes a series. What its cell counts after that is lost. */
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
