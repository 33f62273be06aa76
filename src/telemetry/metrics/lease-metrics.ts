import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { QUESTION_CAUSES } from '../../leases/lease.ts';
import type { QuestionCause } from '../../leases/lease.ts';
import { DROP_CAUSES } from '../../leases/lease-observer.ts';
import type { DropCause, LeaseObserver } from '../../leases/lease-observer.ts';
import { HistogramTally } from './histogram-tally.ts';
import type { HistogramCell } from './histogram-tally.ts';
import { Tally } from './tally.ts';
import type { TallyCell } from './tally.ts';

/** Up to the longest that a policy may allow. */
const AGE_BUCKETS_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;
const MS_PER_S = 1_000;

/** Checks that this replica answered itself, and why it asked the store for the others. */
export class LeaseMetrics implements LeaseObserver {
  readonly #ages: HistogramCell;
  readonly #shared: TallyCell;
  readonly #asked: Readonly<Record<QuestionCause, TallyCell>>;
  readonly #dropped: Readonly<Record<DropCause, TallyCell>>;
  #held: () => number = () => 0;

  constructor(registry: Registry) {
    this.#ages = new HistogramTally(registry, {
      name: 'curfew_lease_age_seconds',
      help: 'Age of the leases that answered checks: how long ago the store was asked. Its count is the number of these checks.',
      labelNames: [],
      buckets: AGE_BUCKETS_S,
    }).cell({});
    this.#shared = new Tally(registry, {
      name: 'curfew_lease_shared_replies_total',
      help: 'Checks that shared the reply of the store to another check of the same session, which was not sent yet.',
      labelNames: [],
    }).cell({});
    const asked = new Tally(registry, {
      name: 'curfew_lease_questions_total',
      help: 'Touches for which the store was asked, by why no lease answered.',
      labelNames: ['cause'],
    });
    this.#asked = cells(QUESTION_CAUSES, (cause) => asked.cell({ cause }));
    const dropped = new Tally(registry, {
      name: 'curfew_leases_dropped_total',
      help: 'Leases that were given up before they were too old, by why.',
      labelNames: ['cause'],
    });
    this.#dropped = cells(DROP_CAUSES, (cause) => dropped.cell({ cause }));
    const held = new Gauge({
      name: 'curfew_leases',
      help: 'Leases in memory: sessions for which this replica may answer itself.',
      registers: [registry],
      collect: () => {
        held.set(this.#held());
      },
    });
  }

  /** How many leases there are at a scrape. */
  held(count: () => number): void {
    this.#held = count;
  }

  used(ageMs: number): void {
    this.#ages.observe(ageMs / MS_PER_S);
  }

  shared(): void {
    this.#shared.count += 1;
  }

  asked(cause: QuestionCause): void {
    this.#asked[cause].count += 1;
  }

  dropped(cause: DropCause, count: number): void {
    this.#dropped[cause].count += count;
  }
}

function cells<Word extends string>(
  words: readonly Word[],
  make: (word: Word) => TallyCell,
): Readonly<Record<Word, TallyCell>> {
  const made = words.map((word) => [word, make(word)] as const);
  return Object.fromEntries(made) as Readonly<Record<Word, TallyCell>>;
}
