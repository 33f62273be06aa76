import { CheckConnection, framed } from '../load/check-connection.ts';
import type { Answer } from '../load/read-answer.ts';
import { checkRequestOf } from '../workload.ts';

const TICK_MS = 2;

/** One check, by the monotonic clock. */
export interface TimedAnswer {
  readonly session: number;
  readonly dueAtMs: number;
  readonly answer: Answer;
}

/** Checks at a steady rate whose answers are kept, each with its time. */
export interface VerdictRecording {
  /** Ends the load and waits for the last answers. */
  stop(): Promise<readonly TimedAnswer[]>;
}

/** Starts such a load on so many sessions in turn. An answer is awaited by no later check. */
export async function recordVerdicts(
  port: number,
  { perSecond, sessions }: { readonly perSecond: number; readonly sessions: number },
): Promise<VerdictRecording> {
  const connection = await CheckConnection.open(port);
  const messages = Array.from({ length: sessions }, (_, n) => framed(checkRequestOf(n, 'raw')));
  const answers: TimedAnswer[] = [];
  const beganAtMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - beganAtMs) * perSecond) / 1_000);
    for (; sent < due; sent += 1) {
      const session = sent % sessions;
      const dueAtMs = beganAtMs + (sent * 1_000) / perSecond;
      const message = messages[session];
      if (message === undefined) throw new RangeError('there is no session to ask about');
      connection.ask(message, (answer) => answers.push({ session, dueAtMs, answer }));
    }
  }, TICK_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      while (answers.length < sent) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      connection.close();
      return answers.toSorted((one, other) => one.dueAtMs - other.dueAtMs);
    },
  };
}

/** What checks lost by one failover. */
export interface Gap {
  readonly checks: number;
  readonly noVerdict: number;
  /** The sessions that had a check without a verdict. */
  readonly sessions: ReadonlySet<number>;
  /** From the first check without a verdict to the last one. */
  readonly wholeMs: number;
  /** From the instant at which the store named the new primary to the last check without a verdict. */
  readonly afterNamedMs: number;
}

/** @throws if an answer was wrong, because then the figures mean nothing */
export function gapOf(answers: readonly TimedAnswer[], namedAtMs: number): Gap {
  const wrong = answers.filter(({ answer }) => answer === 'deny' || answer === 'broken');
  if (wrong.length > 0) throw new Error(`${wrong.length} wrong answers: ${wrong[0]?.answer}`);
  const missing = answers.filter(({ answer }) => answer === 'noVerdict');
  const [first, last] = [missing[0]?.dueAtMs ?? 0, missing.at(-1)?.dueAtMs ?? 0];
  return {
    checks: answers.length,
    noVerdict: missing.length,
    sessions: new Set(missing.map(({ session }) => session)),
    wholeMs: last - first,
    afterNamedMs: missing.length === 0 ? 0 : Math.max(0, last - namedAtMs),
  };
}
