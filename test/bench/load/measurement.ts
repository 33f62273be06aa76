import { cpuMsOf } from '../process-usage.ts';
import { percentilesOf } from '../percentiles.ts';
import type { LoadResult } from './load-plan.ts';
import type { Answer } from './read-answer.ts';

/** One call in flight. Instants are those of the monotonic clock. */
export interface SentCall {
  readonly dueAtMs: number;
  readonly sentAtMs: number;
  readonly isMeasured: boolean;
}

/** Records the answers to the calls of a load, and their latencies within the measured time. */
export class Measurement {
  readonly #watched: ReadonlyMap<string, number>;
  readonly #answers: Record<Answer, number> = { allow: 0, deny: 0, noVerdict: 0, broken: 0 };
  readonly #latencies: number[] = [];
  readonly #latenesses: number[] = [];
  #beganAtMs = Infinity;
  #endedAtMs: number | undefined;
  #cpuBefore: ReadonlyMap<string, number> = new Map();
  #cpuAfter: ReadonlyMap<string, number> = new Map();

  constructor(watched: Readonly<Record<string, number>>) {
    this.#watched = new Map([...Object.entries(watched), [OWN, process.pid]]);
  }

  begin(atMs: number = performance.now()): void {
    this.#cpuBefore = this.#cpuNow();
    this.#beganAtMs = atMs;
  }

  /** Ends the measured time, once. */
  end(): void {
    if (this.#endedAtMs !== undefined) return;
    this.#endedAtMs = performance.now();
    this.#cpuAfter = this.#cpuNow();
  }

  /** Records a call that is sent now and was due at `dueAtMs`. */
  sent(dueAtMs: number): SentCall {
    const isMeasured = dueAtMs >= this.#beganAtMs && this.#endedAtMs === undefined;
    return { dueAtMs, sentAtMs: performance.now(), isMeasured };
  }

  answered(call: SentCall, answer: Answer): void {
    this.#answers[answer] += 1;
    if (!call.isMeasured) return;
    this.#latencies.push(performance.now() - call.dueAtMs);
    this.#latenesses.push(call.sentAtMs - call.dueAtMs);
  }

  result(unanswered: number): LoadResult {
    const { [OWN]: ownCpuMs = 0, ...cpuMs } = this.#cpuUsed();
    return {
      answers: { ...this.#answers, broken: this.#answers.broken + unanswered },
      measured: this.#latencies.length,
      measuredMs: (this.#endedAtMs ?? NaN) - this.#beganAtMs,
      latency: percentilesOf(this.#latencies),
      lateness: percentilesOf(this.#latenesses),
      cpuMs,
      ownCpuMs,
    };
  }

  #cpuUsed(): Record<string, number> {
    const before = this.#cpuBefore;
    return Object.fromEntries(
      [...this.#cpuAfter].map(([name, ms]) => [name, ms - (before.get(name) ?? NaN)]),
    );
  }

  #cpuNow(): ReadonlyMap<string, number> {
    return new Map([...this.#watched].map(([name, pid]) => [name, cpuMsOf(pid)]));
  }
}

const OWN = 'own';
