import { LineBudget } from './line-budget.ts';
import type { Log } from './log.ts';

/**
 * Junk requests cost their sender nothing, so they must cost the log little. Metrics count all of
 * them.
 */
const LINE_LIMIT = { burst: 100, perSecond: 20 };

/** One budget for each kind of line, so that a flood of one kind does not hide the others. */
export class LineBudgets<Kind extends string> {
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #budgets: ReadonlyMap<Kind, LineBudget>;

  /** @param nowMs a clock that only moves forward */
  constructor(log: Log, nowMs: () => number, kinds: readonly Kind[]) {
    this.#log = log;
    this.#nowMs = nowMs;
    this.#budgets = new Map(kinds.map((kind) => [kind, new LineBudget(LINE_LIMIT, nowMs())]));
  }

  /**
   * Whether a line of this kind may be written. If not, it is counted.
   * @param reason what it is counted under, from a closed set
   */
  take(kind: Kind, reason: string): boolean {
    return this.#budgets.get(kind)?.take(reason, this.#nowMs()) ?? false;
  }

  /** Logs how many lines of each kind were left out since the last call. */
  summarize(): void {
    for (const [kind, budget] of this.#budgets) {
      const suppressed = budget.takeSuppressed();
      if (suppressed === undefined) continue;
      const total = Object.values(suppressed).reduce((sum, count) => sum + count, 0);
      this.#log.warn(
        { event: 'lines_suppressed', suppressed_event: kind, total, by_reason: suppressed },
        `${total} more ${kind} lines were left out`,
      );
    }
  }
}
