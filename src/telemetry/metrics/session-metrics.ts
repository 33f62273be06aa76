import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { CheckObservation, CheckObserver } from '../../authz/check-observer.ts';
import { OpeningsAtLimit } from '../../authz/check-faults.ts';
import type { StoreObserver, WrittenEvent } from '../../store/store-observer.ts';
import { REASON_OF_END } from '../../verdict/reason.ts';
import { UNKNOWN_LABEL } from './check-metrics.ts';
import { Tally } from './tally.ts';
import type { TallyCell } from './tally.ts';

/** The label of an end on request: no policy's limit was reached. */
const NO_POLICY = '';
const LIMITS = ['idle', 'absolute'] as const;

/** Sessions that were opened, ended or would have ended, and touches that wrote nothing. */
export class SessionMetrics implements CheckObserver, StoreObserver {
  readonly #opened: Counter<'source'>;
  readonly #openingsRefused: Counter<'source'>;
  readonly #ended: Counter<'reason' | 'policy'>;
  readonly #wouldEnd: Counter<'reason'>;
  readonly #skipped: TallyCell;
  readonly #active: Gauge<'source'>;
  #sources: ReadonlySet<string> = new Set();
  #policies: ReadonlySet<string> = new Set();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#opened = new Counter({
      name: 'curfew_sessions_opened_total',
      help: 'Sessions that this replica opened, by the source of their credential.',
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
      help: 'Sessions that this replica ended, in a check, by the sweeper or on request, by the policy whose limit was reached, or whose `ends_session` ended it. An end by administration has no policy.',
      labelNames: ['reason', 'policy'],
      registers,
    });
    this.#wouldEnd = new Counter({
      name: 'curfew_sessions_would_end_total',
      help: 'Sessions that reached a limit under mode: observe, which would otherwise have ended them.',
      labelNames: ['reason'],
      registers,
    });
    this.#skipped = new Tally<never>(registry, {
      name: 'curfew_touches_skipped_total',
      help: 'Activity that was not written, because the last write was less than the touch interval ago.',
      labelNames: [],
    }).cell({});
    this.#active = new Gauge({
      name: 'curfew_sessions_active',
      help: 'Live sessions in the store, by the source of their credential. Every replica reports those of all.',
      labelNames: ['source'],
      registers,
    });
    for (const reason of Object.values(REASON_OF_END)) {
      this.#ended.inc({ reason, policy: NO_POLICY }, 0);
    }
    for (const by of LIMITS) this.#wouldEnd.inc({ reason: REASON_OF_END[by] }, 0);
  }

  /** The policies in use. Series of all others end, and late ends by those count as `unknown`. */
  keepPolicies(names: readonly string[]): void {
    for (const policy of this.#policies) {
      if (names.includes(policy)) continue;
      for (const reason of Object.values(REASON_OF_END)) this.#ended.remove({ reason, policy });
    }
    this.#policies = new Set(names);
    for (const policy of names) {
      for (const by of LIMITS) this.#ended.inc({ reason: REASON_OF_END[by], policy }, 0);
    }
  }

  /** The sources in use. Series of all others end. */
  keepSources(names: readonly string[]): void {
    for (const name of this.#sources) {
      if (names.includes(name)) continue;
      for (const metric of [this.#opened, this.#openingsRefused, this.#active]) {
        metric.remove({ source: name });
      }
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
        if (outcome.activity === 'skipped') this.#skipped.count += 1;
        return;
      case 'expired':
        if (outcome.crossed) this.#wouldEnd.inc({ reason: REASON_OF_END[outcome.by] });
        return;
      case 'ended':
      case 'unknown':
        return;
      default:
        outcome satisfies never;
    }
  }

  /** Counted where it was written, so that an end without a request counts, too. */
  wrote(event: WrittenEvent): void {
    switch (event.kind) {
      case 'opened':
        this.#opened.inc({ source: this.#known(event.source) });
        return;
      case 'ended': {
        const { policy = NO_POLICY } = event;
        const isKnown = policy === NO_POLICY || this.#policies.has(policy);
        const reason = REASON_OF_END[event.by];
        this.#ended.inc({ reason, policy: isKnown ? policy : UNKNOWN_LABEL });
        return;
      }
      default:
        event satisfies never;
    }
  }

  /** How many sessions of each source are live, in the whole store. */
  active(counts: ReadonlyMap<string, number>): void {
    for (const source of this.#sources) {
      this.#active.set({ source }, Math.max(0, counts.get(source) ?? 0));
    }
  }

  #known(source: string | undefined): string {
    return source !== undefined && this.#sources.has(source) ? source : UNKNOWN_LABEL;
  }
}
