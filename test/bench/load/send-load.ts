import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { LoadResult, Pace } from './load-plan.ts';
import { Measurement } from './measurement.ts';
import type { Answered } from './check-connection.ts';

/** Sends the next call of a load, and passes its answer on. */
export type Ask = (answered: Answered) => void;

const NAP_MS = 0.05;
const ANSWER_MAX_MS = 5_000;
const POLL_MS = 2;

/** Sends a load at its pace, and waits for the answers. */
export async function sendLoad(
  ask: Ask,
  pace: Pace,
  watched: Readonly<Record<string, number>> = {},
): Promise<LoadResult> {
  const load = new Load(ask, new Measurement(watched));
  switch (pace.kind) {
    case 'closed':
      return load.closed(pace);
    case 'open':
      return load.open(pace);
    case 'count':
      return load.count(pace);
    default:
      return pace satisfies never;
  }
}

class Load {
  readonly #ask: Ask;
  readonly #measurement: Measurement;
  #unanswered = 0;
  #answeredAtMs = 0;

  constructor(ask: Ask, measurement: Measurement) {
    this.#ask = ask;
    this.#measurement = measurement;
  }

  async closed(pace: Extract<Pace, { kind: 'closed' }>): Promise<LoadResult> {
    let isOver = false;
    const next = (): void => {
      if (!isOver) this.#send(performance.now(), next);
    };
    for (let n = 0; n < pace.inFlight; n += 1) next();
    await sleep(pace.warmUpMs);
    this.#measurement.begin();
    await sleep(pace.measuredMs);
    this.#measurement.end();
    isOver = true;
    return this.#lastAnswers();
  }

  async count(pace: Extract<Pace, { kind: 'count' }>): Promise<LoadResult> {
    let left = pace.calls + (pace.warmUpCalls ?? 0);
    const next = (): void => {
      if (left === 0) return;
      if (left === pace.calls) this.#measurement.begin();
      left -= 1;
      this.#send(performance.now(), next);
    };
    for (let n = 0; n < pace.inFlight; n += 1) next();
    return this.#lastAnswers();
  }

  async open(pace: Extract<Pace, { kind: 'open' }>): Promise<LoadResult> {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const beganAtMs = performance.now();
    const warmUpCalls = Math.ceil((pace.warmUpMs * pace.perSecond) / 1_000);
    const calls = warmUpCalls + Math.round((pace.measuredMs * pace.perSecond) / 1_000);
    for (let sent = 0; sent < calls;) {
      const nowMs = performance.now();
      for (; sent < calls; sent += 1) {
        const dueAtMs = beganAtMs + (sent * 1_000) / pace.perSecond;
        if (dueAtMs > nowMs) break;
        if (sent === warmUpCalls) this.#measurement.begin(dueAtMs);
        this.#send(dueAtMs);
      }
      // Timers are only accurate to a millisecond. A short sleep leaves the core to others, and is short enough.
      Atomics.wait(cell, 0, 0, NAP_MS);
      await nextTurn(); // oxlint-disable-line no-await-in-loop
    }
    this.#measurement.end();
    return this.#lastAnswers();
  }

  #send(dueAtMs: number, next?: () => void): void {
    const call = this.#measurement.sent(dueAtMs);
    this.#unanswered += 1;
    this.#ask((answer) => {
      this.#unanswered -= 1;
      this.#answeredAtMs = performance.now();
      this.#measurement.answered(call, answer);
      next?.();
    });
  }

  async #lastAnswers(): Promise<LoadResult> {
    this.#answeredAtMs = performance.now();
    while (this.#unanswered > 0 && performance.now() < this.#answeredAtMs + ANSWER_MAX_MS) {
      await sleep(POLL_MS); // oxlint-disable-line no-await-in-loop
    }
    this.#measurement.end();
    return this.#measurement.result(this.#unanswered);
  }
}
