import type { SentinelsState } from '../../store-observer.ts';
import { isSame } from '../../store-hosts.ts';
import type { HostAndPort } from '../../store-hosts.ts';
import { SentinelLine } from './sentinel-line.ts';
import type { SentinelLineOptions } from './sentinel-line.ts';

export interface SentinelViewOptions extends Omit<SentinelLineOptions, 'sentinel' | 'changed'> {
  readonly sentinels: readonly HostAndPort[];
  /** Called at the start, and when it changes which Sentinels cannot be used. */
  readonly stateChanged: (state: SentinelsState) => void;
}

/** A server that Sentinels name as the primary. */
export interface NamedPrimary {
  readonly address: HostAndPort;
  /** The highest of those that name it. */
  readonly epoch: number;
  /** How many Sentinels name it. */
  readonly votes: number;
  /** Whether more than half of the Sentinels of the store URL name it. */
  readonly isAgreed: boolean;
}

/**
 * What all Sentinels say about one primary, kept up to date by a connection to each of them. Only
 * those that the store URL names are asked: their password goes nowhere else.
 */
export class SentinelView {
  readonly #options: SentinelViewOptions;
  readonly #lines: readonly SentinelLine[];
  readonly #listeners = new Set<() => void>();
  #trouble: string | undefined;

  constructor(options: SentinelViewOptions) {
    this.#options = options;
    const changed = (): void => this.#changed();
    this.#lines = options.sentinels.map(
      (sentinel) => new SentinelLine({ ...options, sentinel, changed }),
    );
    this.#changed();
  }

  /** The servers that are named, the one first that is most probably the primary now. */
  primaries(): readonly NamedPrimary[] {
    const found: { address: HostAndPort; epoch: number; votes: number }[] = [];
    for (const { answer } of this.#lines) {
      if (answer?.kind !== 'primary') continue;
      const { address, epoch } = answer;
      const same = found.find((each) => isSame(each.address, address));
      if (same === undefined) found.push({ address, epoch, votes: 1 });
      else {
        same.votes += 1;
        same.epoch = Math.max(same.epoch, epoch);
      }
    }
    return found
      .toSorted((one, other) => other.epoch - one.epoch || other.votes - one.votes)
      .map((each) => ({ ...each, isAgreed: each.votes > this.#lines.length / 2 }));
  }

  /** Why no Sentinel names a primary; `undefined` while one of them has not answered yet. */
  fault(): string | undefined {
    const reasons = new Set<string>();
    for (const { answer } of this.#lines) {
      if (answer === undefined) return undefined;
      if (answer.kind === 'fault') reasons.add(answer.why);
    }
    return [...reasons].toSorted().join('; ');
  }

  /** Asks all of them again. */
  refresh(): void {
    for (const line of this.#lines) line.refresh();
  }

  /** Calls the listener after each change. Returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    for (const line of this.#lines) line.close();
  }

  #changed(): void {
    const troubles = this.#lines.flatMap(({ answer, sentinel: { host, port } }) =>
      answer?.kind === 'fault' ? [`${host}:${port}: ${answer.why}`] : [],
    );
    const why = troubles.join('; ');
    if (why !== this.#trouble) {
      this.#trouble = why;
      this.#options.stateChanged({ known: this.#lines.length, down: troubles.length, why });
    }
    for (const listener of this.#listeners) listener();
  }
}
