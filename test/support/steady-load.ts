import type { Answer } from './http-call.ts';

/** What a load was answered. */
export interface LoadReport {
  readonly sent: number;
  /** Every answer but 200, and every request without one: when and what. */
  readonly failures: readonly string[];
}

/** A load that goes on. */
export interface Load {
  /** As of now. */
  report(): LoadReport;
  /** Ends it, and waits for the answers on their way. */
  stop(): Promise<LoadReport>;
}

/** Sends requests at a steady rate, whether or not the ones before are answered. */
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
    // Timers are late on a busy machine: what was due meanwhile is sent too.
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
