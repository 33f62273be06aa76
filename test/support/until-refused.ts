import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './http-call.ts';

const GIVE_UP_MS = 15_000;

/** How a series of requests went on until the first that was not 200. */
export interface Refusal {
  readonly answer: Answer;
  /** Since the series began, hence never less than what its session lived. */
  readonly afterMs: number;
  /** How many were answered 200 before. */
  readonly allowed: number;
}

/** Sends one request after the other until one is refused. */
export async function untilRefused(ask: () => Promise<Answer>, everyMs = 50): Promise<Refusal> {
  const beganAtMs = performance.now();
  for (let allowed = 0; ; allowed += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const answer = await ask();
    const afterMs = performance.now() - beganAtMs;
    if (answer.status !== 200) return { answer, afterMs, allowed };
    if (afterMs > GIVE_UP_MS) throw new Error(`not refused within ${GIVE_UP_MS} ms`);
    // oxlint-disable-next-line no-await-in-loop
    await sleep(everyMs);
  }
}
