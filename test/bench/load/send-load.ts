import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { LoadResult, PagesPace, Pace } from './load-plan.ts';
import { Measurement } from './measurement.ts';
import type { Answered } from './check-connection.ts';

/**
 * Sends the next call of a load, and passes its answer on.
 * @param session whose call it is; by default that of the next session in turn
 */
export type Ask = (answered: Answered, session?: number) => void;

const NAP_MS = 0.05;
const ANSWER_MAX_MS = 5_000;
const POLL_MS = 2;

/** Sends a load at its pace, and waits for the answers. */
export async function sendLoad(
  ask: Ask,
  pace: Pace,
  watched: Readonly<Record<string, number>> = {},
  sessions = 1,
): Promise<LoadResult> {
  const load = new Load(ask, new Measurement(watched));
  switch (pace.kind) {
    case 'closed':
      return load.closed(pace);
    case 'open':
      return load.open(pace);
    case 'count':
      return load.count(pace);
    case 'pages':
      return load.pages(pace, sessions);
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

  /** The users begin one after the other, evenly, so that their pages overlap as little as they can. */
  async pages(pace: PagesPace, users: number): Promise<LoadResult> {
    const { everyMs, warmUpMs, measuredMs } = pace;
    const over = new AbortController();
    const browsing = Array.from({ length: users }, async (_, user) => {
      await sleep((user * everyMs) / users);
      for (let dueAtMs = performance.now(); !over.signal.aborted; dueAtMs += everyMs) {
        await sleep(Math.max(0, dueAtMs - performance.now())); // oxlint-disable-line no-await-in-loop
        await this.#page(pace, user); // oxlint-disable-line no-await-in-loop -- page after page
      }
    });
    await sleep(warmUpMs);
    this.#measurement.begin();
    await sleep(measuredMs);
    this.#measurement.end();
    over.abort();
    await Promise.all(browsing);
    return this.#lastAnswers();
  }

  async #page({ callsEach, atOnce }: PagesPace, user: number): Promise<void> {
    let left = callsEach;
    await new Promise<void>((resolve) => {
      let running = atOnce;
      const next = (): void => {
        if (left > 0) {
          left -= 1;
          this.#send(performance.now(), next, user);
        } else {
          running -= 1;
          if (running === 0) resolve();
        }
      };
      for (let place = 0; place < atOnce; place += 1) next();
    });
  }

  #send(dueAtMs: number, next?: () => void, session?: number): void {
    const call = this.#measurement.sent(dueAtMs);
    this.#unanswered += 1;
    this.#ask((answer) => {
      this.#unanswered -= 1;
      this.#answeredAtMs = performance.now();
      this.#measurement.answered(call, answer);
      next?.();
    }, session);
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
