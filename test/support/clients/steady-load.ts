import type { Answer } from './http-call.ts';

/** The answers to a load. */
export interface LoadReport {
  readonly sent: number;
  /** Every answer other than 200, and every request without an answer, with its time. */
  readonly failures: readonly string[];
}

/** A load that is running. */
export interface Load {
  /** As of now. */
  report(): LoadReport;
  /** Ends it, and waits for the outstanding answers. */
  stop(): Promise<LoadReport>;
}

/** Sends requests at a steady rate, without waiting for the answers to earlier ones. */
export function startLoad(perSecond: number, ask: () => Promise<Answer>): Load {
  const beganAtMs = performance.now();
  const failures: string[] = [];
  const open = new Set<Promise<void>>();
  let sent = 0;
  const send = async (): Promise<void> => {
    const atMs = Math.round(performance.now() - beganAtMs);
    try {
      const { status } = await ask();
      if (status !== 200) failures.push(`${atMs} ms: ${status}`);
    } catch (error) {
      failures.push(`${atMs} ms: ${String(error)}`);
    }
  };
  const timer = setInterval(() => {
    // Timers are late on a busy machine: the requests that became due meanwhile are sent, too.
    const due = Math.floor(((performance.now() - beganAtMs) * perSecond) / 1_000);
    for (; sent < due; sent += 1) {
      const one = send();
      open.add(one);
      void one.then(() => open.delete(one));
    }
  }, 1_000 / perSecond);
  const report = (): LoadReport => ({ sent, failures: [...failures] });
  return {
    report,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      return report();
    },
  };
}
