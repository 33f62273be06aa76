import type { Registry } from 'prom-client';
import type { CheckObservation, CheckObserver } from '../../authz/check-observer.ts';
import type { Reason } from '../../verdict/reason.ts';
import { HistogramTally } from './histogram-tally.ts';
import type { HistogramCell } from './histogram-tally.ts';
import { Tally } from './tally.ts';
import type { TallyCell } from './tally.ts';

/**
 * From a quarter of a millisecond. 0.2 s is Envoy's default timeout for a check and 0.25 s the one
 * in our example. An alert fires at half of that, and a quantile is exact only at a bucket's edge.
 */
export const CHECK_BUCKETS_S: readonly number[] = [
  0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.125, 0.2, 0.25, 0.5, 1,
];

/**
 * The label of a name that is not in the policy file (any more), because labels come from a closed
 * set.
 */
export const UNKNOWN_LABEL = 'unknown';

type Verdict = CheckObservation['verdict'];
type Mode = CheckObservation['mode'];
/** The series of one policy. */
type PolicyCells = Readonly<Record<Mode, Readonly<Record<Verdict, Map<Reason, TallyCell>>>>>;

/** `curfew_checks_total` and `curfew_check_duration_seconds`. */
export class CheckMetrics implements CheckObserver {
  readonly #checks: Tally<'verdict' | 'reason' | 'policy' | 'mode'>;
  readonly #durations: Readonly<Record<Verdict, HistogramCell>>;
  readonly #policies = new Map<string, PolicyCells>();

  constructor(registry: Registry) {
    this.#checks = new Tally(registry, {
      name: 'curfew_checks_total',
      help: 'Finished checks. An allow with mode="observe" has the reason why it would have been denied.',
      labelNames: ['verdict', 'reason', 'policy', 'mode'],
    });
    const durations = new HistogramTally(registry, {
      name: 'curfew_check_duration_seconds',
      help: 'Time that this process took to decide a check.',
      labelNames: ['verdict'],
      buckets: CHECK_BUCKETS_S,
    });
    this.#durations = {
      allow: durations.cell({ verdict: 'allow' }),
      deny: durations.cell({ verdict: 'deny' }),
      served: durations.cell({ verdict: 'served' }),
      none: durations.cell({ verdict: 'none' }),
    };
    this.keepPolicies([]);
  }

  /** The policies in use. Series of all others end, and late checks of those count as `unknown`. */
  keepPolicies(names: readonly string[]): void {
    const kept = new Set([...names, UNKNOWN_LABEL]);
    for (const [name, cells] of this.#policies) {
      if (kept.has(name)) continue;
      this.#policies.delete(name);
      for (const cell of allOf(cells)) this.#checks.remove(cell);
    }
    for (const name of kept) {
      if (!this.#policies.has(name)) this.#policies.set(name, noCells());
    }
  }

  checked({ verdict, reason, policy, mode, durationMs }: CheckObservation): void {
    this.#cell(verdict, reason, policy ?? UNKNOWN_LABEL, mode).count += 1;
    this.#durations[verdict].observe(durationMs / 1000);
  }

  /** The transport refused a check before a policy was selected. */
  refused(reason: Extract<Reason, 'overloaded' | 'internal_error'>): void {
    this.#cell('none', reason, UNKNOWN_LABEL, 'enforce').count += 1;
  }

  #cell(verdict: Verdict, reason: Reason, policy: string, mode: Mode): TallyCell {
    const known = this.#policies.get(policy);
    if (known === undefined) return this.#cell(verdict, reason, UNKNOWN_LABEL, mode);
    const cells = known[mode][verdict];
    const found = cells.get(reason);
    if (found !== undefined) return found;
    const cell = this.#checks.cell({ verdict, reason, policy, mode });
    cells.set(reason, cell);
    return cell;
  }
}

function noCells(): PolicyCells {
  const byVerdict = (): PolicyCells[Mode] => ({
    allow: new Map(),
    deny: new Map(),
    served: new Map(),
    none: new Map(),
  });
  return { enforce: byVerdict(), observe: byVerdict() };
}

function allOf(cells: PolicyCells): readonly TallyCell[] {
  return Object.values(cells).flatMap((byVerdict) =>
    Object.values(byVerdict).flatMap((byReason) => [...byReason.values()]),
  );
}
