import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './http-call.ts';

const GIVE_UP_MS = 15_000;

/** A series of requests until the first answer that was not 200. */
export interface Refusal {
  readonly answer: Answer;
  /** Since the series began, so never less than the life of its session. */
  readonly afterMs: number;
  /** The number of answers with 200 before it. */
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
