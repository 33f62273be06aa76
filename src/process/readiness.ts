/** The conditions for being ready. All of them must be met. */
export const CONDITIONS = ['config', 'store', 'keys', 'running'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Whether one condition is met and, if not, why. */
export type ConditionState =
  { readonly isMet: true } | { readonly isMet: false; readonly why: string };

/** Every condition, for `/readyz` and the log. */
export interface ReadinessReport {
  readonly ready: boolean;
  readonly conditions: Readonly<Record<Condition, ConditionState>>;
}

/**
 * Whether this replica can decide: its configuration is loaded, the store has answered since the
 * start, its keys agree with those of the other replicas, and it is not shutting down.
 *
 * A later outage of the store deliberately changes nothing here: one short outage would take all
 * replicas out of service at once. It shows in answers, metrics and alerts instead.
 */
export class Readiness {
  readonly #states: Record<Condition, ConditionState> = {
    config: { isMet: false, why: 'the policy file has not been loaded yet' },
    store: { isMet: false, why: 'the store has not answered since the start' },
    keys: { isMet: false, why: 'the keys have not been compared with the other replicas yet' },
    running: { isMet: true },
  };
  readonly #onChange: (report: ReadinessReport) => void;

  /** Calls `onChange` each time that ready changes to not ready, or back. */
  constructor(onChange: (report: ReadinessReport) => void) {
    this.#onChange = onChange;
  }

  met(condition: Condition): void {
    this.#set(condition, { isMet: true });
  }

  unmet(condition: Condition, why: string): void {
    this.#set(condition, { isMet: false, why });
  }

  isMet(condition: Condition): boolean {
    return this.#states[condition].isMet;
  }

  get report(): ReadinessReport {
    const conditions = { ...this.#states };
    return { ready: CONDITIONS.every((condition) => conditions[condition].isMet), conditions };
  }

  #set(condition: Condition, state: ConditionState): void {
    const before = this.report.ready;
    this.#states[condition] = state;
    const { report } = this;
    if (report.ready !== before) this.#onChange(report);
  }
}
