/** What must hold before this replica may be asked. */
export const CONDITIONS = ['config', 'store', 'keys', 'running'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** One condition: held, or why not. */
export type ConditionState =
  { readonly holds: true } | { readonly holds: false; readonly why: string };

/** All of it, for `/readyz` and the log. */
export interface ReadinessReport {
  readonly ready: boolean;
  readonly conditions: Readonly<Record<Condition, ConditionState>>;
}

/**
 * Whether this replica can decide: its configuration is loaded, the store has answered since the start, the keys
 * agree with the other replicas', and it is not draining.
 *
 * A later outage of the store is deliberately no condition: one blip would empty the endpoints of every replica at
 * once. It shows in answers, metrics and alerts instead.
 */
export class Readiness {
  readonly #states: Record<Condition, ConditionState> = {
    config: { holds: false, why: 'the policy file has not been loaded yet' },
    store: { holds: false, why: 'the store has not answered since the start' },
    keys: { holds: false, why: 'the keys have not been compared with the other replicas yet' },
    running: { holds: true },
  };
  readonly #onChange: (report: ReadinessReport) => void;

  /** `onChange` is told of each change from ready to not ready and back. */
  constructor(onChange: (report: ReadinessReport) => void) {
    this.#onChange = onChange;
  }

  hold(condition: Condition): void {
    this.#set(condition, { holds: true });
  }

  fail(condition: Condition, why: string): void {
    this.#set(condition, { holds: false, why });
  }

  holds(condition: Condition): boolean {
    return this.#states[condition].holds;
  }

  get report(): ReadinessReport {
    const conditions = { ...this.#states };
    return { ready: CONDITIONS.every((condition) => conditions[condition].holds), conditions };
  }

  #set(condition: Condition, state: ConditionState): void {
    const before = this.report.ready;
    this.#states[condition] = state;
    const { report } = this;
    if (report.ready !== before) this.#onChange(report);
  }
}
