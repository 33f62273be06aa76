/** How long one step of closing may take before the next one starts anyway. */
const CLOSE_MAX_MS = 5_000;

/** A step of closing that went wrong, for the log. */
export interface CloseFault {
  readonly step: string;
  readonly fault: 'failed' | 'timed_out';
  readonly error: Error | undefined;
}

/**
 * Closes everything that was opened, in reverse order. Each step has a time limit, so a step that
 * fails or hangs does not stop the others. A second call to close waits for the first one.
 */
export class Lifecycle {
  readonly #closers: { step: string; close: () => void | Promise<void>; maxMs: number }[] = [];
  readonly #onFault: (fault: CloseFault) => void;
  #closing: Promise<void> | undefined;

  constructor(onFault: (fault: CloseFault) => void) {
    this.#onFault = onFault;
  }

  /** Remembers how to close what has just been opened. `step` is its name in the log. */
  opened(step: string, close: () => void | Promise<void>, maxMs: number = CLOSE_MAX_MS): void {
    if (this.#closing !== undefined) throw new Error(`${step} was opened while everything closes`);
    this.#closers.push({ step, close, maxMs });
  }

  /** Closes everything. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (const { step, close, maxMs } of this.#closers.toReversed()) {
      // oxlint-disable-next-line no-await-in-loop -- in order: what was opened later may need what was opened earlier
      const fault = await settle(close, maxMs);
      if (fault !== undefined) this.#onFault({ step, ...fault });
    }
  }
}

async function settle(
  close: () => void | Promise<void>,
  maxMs: number,
): Promise<Omit<CloseFault, 'step'> | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<'timed_out'>((resolve) => {
    timer = setTimeout(() => resolve('timed_out'), maxMs);
  });
  try {
    const first = await Promise.race([Promise.resolve().then(close), limit]);
    return first === 'timed_out' ? { fault: 'timed_out', error: undefined } : undefined;
  } catch (error) {
    return { fault: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    clearTimeout(timer);
  }
}
