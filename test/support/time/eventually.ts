import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 25;

/**
 * Asks repeatedly until the answer is neither undefined nor false, and returns it. After `withinMs` it
 * throws with what it waited for and the last error.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 15_000,
): Promise<T> {
  const giveUpAtMs = performance.now() + withinMs;
  let fault = '';
  for (;;) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- it is a poll
      const found = await probe();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      fault = `: ${String(error)}`;
    }
    if (performance.now() > giveUpAtMs) throw new Error(`no ${what} within ${withinMs} ms${fault}`);
    // oxlint-disable-next-line no-await-in-loop
    await sleep(POLL_MS);
  }
}
