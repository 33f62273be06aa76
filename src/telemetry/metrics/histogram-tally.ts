import { Histogram } from 'prom-client';
import type { MetricObjectWithValues, MetricValueWithName, Registry } from 'prom-client';

/**
 * One series of a {@link HistogramTally}. To observe is to add to three numbers, and nothing else.
 */
export class HistogramCell {
  readonly #upperBounds: Float64Array;
  /** Not cumulative. The last one counts what is above all bounds. */
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  constructor(upperBounds: Float64Array) {
    this.#upperBounds = upperBounds;
    this.#counts = new Float64Array(upperBounds.length + 1);
  }

  /** Observations so far. */
  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  observe(value: number): void {
    const bounds = this.#upperBounds;
    let at = 0;
    // From the lowest bound, because most durations here are short. NaN is above every bound.
    while (at < bounds.length && !(value <= (bounds[at] ?? 0))) at += 1;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += value;
    this.#count += 1;
  }

  /** For each bound, how many observations are not above it. */
  cumulative(): readonly number[] {
    let sum = 0;
    return Array.from(this.#upperBounds, (_, at) => (sum += this.#counts[at] ?? 0));
  }
}

/**
 * A labelled histogram for the request path. The library validates and hashes the labels at every
 * observation. Here the caller keeps the series. The text that is exposed is exactly the same.
 */
export class HistogramTally<Label extends string> extends Histogram<Label | 'le'> {
  readonly #config: { readonly name: string; readonly help: string };
  readonly #upperBounds: Float64Array;
  readonly #cells = new Map<HistogramCell, Readonly<Record<Label, string>>>();

  constructor(
    registry: Registry,
    config: {
      readonly name: string;
      readonly help: string;
      readonly labelNames: readonly Label[];
      readonly buckets: readonly number[];
    },
  ) {
    const { buckets, ...header } = config;
    super({ ...header, buckets: [...buckets], registers: [registry] });
    this.#config = config;
    this.#upperBounds = Float64Array.from(buckets);
  }

  /**
   * Creates a series, which is exposed from its first observation on. Its labels come from closed
   * sets, and no two series have the same ones.
   */
  cell(labels: Readonly<Record<Label, string>>): HistogramCell {
    const cell = new HistogramCell(this.#upperBounds);
    this.#cells.set(cell, labels);
    return cell;
  }

  override get(): Promise<MetricObjectWithValues<MetricValueWithName<Label | 'le'>>> {
    const { name, help } = this.#config;
    const values = [...this.#cells].flatMap(([cell, labels]) => this.#series(cell, labels));
    return Promise.resolve({
      name,
      help,
      type: 'histogram',
      values,
      aggregator: 'sum',
      collect: () => undefined,
    });
  }

  /** The registry calls this method if it exists. */
  getForPromString(): ReturnType<HistogramTally<Label>['get']> {
    return this.get();
  }

  #series(
    cell: HistogramCell,
    labels: Readonly<Record<Label, string>>,
  ): MetricValueWithName<Label | 'le'>[] {
    if (cell.count === 0) return [];
    const { name } = this.#config;
    const bucket = (le: number | string, value: number) =>
      ({ labels: { le, ...labels }, value, metricName: `${name}_bucket` }) as const;
    return [
      ...cell.cumulative().map((value, at) => bucket(this.#upperBounds[at] ?? 0, value)),
      bucket('+Inf', cell.count),
      { labels, value: cell.sum, metricName: `${name}_sum` },
      { labels, value: cell.count, metricName: `${name}_count` },
    ];
  }
}
