import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { CheckObservation, CheckObserver } from '../authz/check-observer.ts';
import { OpeningsAtLimit } from '../authz/openings-at-limit.ts';
import type { EndedBy } from '../session/session-record.ts';
import type { Reason } from '../verdict/reason.ts';
import { UNKNOWN_LABEL } from './check-metrics.ts';
import { Tally } from './tally.ts';
import type { TallyCell } from './tally.ts';

const REASON_OF_END = {
  idle: 'idle_timeout',
  absolute: 'absolute_timeout',
  revoked: 'revoked',
} as const satisfies Record<EndedBy, Reason>;

/** The life of sessions: opened, ended, would have ended, and touches that wrote nothing. */
export class SessionMetrics implements CheckObserver {
  readonly #opened: Counter<'source'>;
  readonly #openingsRefused: Counter<'source'>;
  readonly #ended: Counter<'reason'>;
  readonly #wouldEnd: Counter<'reason'>;
  readonly #skipped: TallyCell;
  #sources: ReadonlySet<string> = new Set();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#opened = new Counter({
      name: 'curfew_sessions_opened_total',
      help: 'Sessions that this replica has opened, by the source of their credential.',
      labelNames: ['source'],
      registers,
    });
    this.#openingsRefused = new Counter({
      name: 'curfew_openings_refused_total',
      help: 'Unknown credentials that opened no session and got no verdict, because openings were at their limit.',
      labelNames: ['source'],
      registers,
    });
    this.#ended = new Counter({
      name: 'curfew_sessions_ended_total',
      help: 'Sessions that this replica has ended for ever, by a check or by the sweeper.',
      labelNames: ['reason'],
      registers,
    });
    this.#wouldEnd = new Counter({
      name: 'curfew_sessions_would_end_total',
      help: 'Sessions that crossed a limit under mode: observe, which would have ended them.',
      labelNames: ['reason'],
      registers,
    });
    this.#skipped = new Tally<never>(registry, {
      name: 'curfew_touches_skipped_total',
      help: 'Activity within the touch interval, which is not written again.',
      labelNames: [],
    }).cell({});
    for (const reason of Object.values(REASON_OF_END)) this.#ended.inc({ reason }, 0);
    for (const by of ['idle', 'absolute'] as const)
      this.#wouldEnd.inc({ reason: REASON_OF_END[by] }, 0);
  }

  /** The sources in force: series of others end. */
  keepSources(names: readonly string[]): void {
    for (const name of this.#sources) {
      if (names.includes(name)) continue;
      for (const counter of [this.#opened, this.#openingsRefused]) counter.remove({ source: name });
    }
    this.#sources = new Set(names);
    for (const source of names) {
      for (const counter of [this.#opened, this.#openingsRefused]) counter.inc({ source }, 0);
    }
  }

  checked({ outcome, source, fault }: CheckObservation): void {
    if (fault instanceof OpeningsAtLimit)
      this.#openingsRefused.inc({ source: this.#known(source) });
    if (outcome === undefined) return;
    switch (outcome.kind) {
      case 'live':
        if (outcome.opened) this.#open(source);
        if (outcome.activity === 'skipped') this.#skipped.count += 1;
        return;
      case 'expired':
        if (outcome.opened) this.#open(source);
        if (outcome.effect === 'ended') this.ended(outcome.by, 1);
        if (outcome.crossed) this.#wouldEnd.inc({ reason: REASON_OF_END[outcome.by] });
        return;
      case 'ended':
      case 'unknown':
        return;
      default:
        outcome satisfies never;
    }
  }

  /** Sessions that were ended outside a check. */
  ended(by: EndedBy, count: number): void {
    this.#ended.inc({ reason: REASON_OF_END[by] }, count);
  }

  #open(source: string | undefined): void {
    this.#opened.inc({ source: this.#known(source) });
  }

  #known(source: string | undefined): string {
    return source !== undefined && this.#sources.has(source) ? source : UNKNOWN_LABEL;
  }
}
