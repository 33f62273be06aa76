/** The time that following files takes, passed in so that tests need not wait. */
export interface FileTimers {
  /** Runs `run` once after this delay, unless the returned function is called before. */
  after(delayMs: number, run: () => void): () => void;
  /** A monotonic clock. */
  nowMs(): number;
}

export const SYSTEM_TIMERS: FileTimers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  nowMs: () => performance.now(),
};
