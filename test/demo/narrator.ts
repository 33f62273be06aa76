import { setTimeout as sleep } from 'node:timers/promises';

const STEP_MS = 100;
const WHAT_WIDTH = 42;

/** A claim of the demo turned out to be wrong. */
export class ClaimBroken extends Error {
  constructor(claim: string, found: string) {
    super(`this is not true: ${claim}${found === '' ? '' : ` (${found})`}`);
    this.name = 'ClaimBroken';
  }
}

/** Prints the story, line by line. */
export interface Narrator {
  chapter(title: string): void;
  say(text: string): void;
  /** One request or event: what was done, the answer, and the reason. */
  event(what: string, answer: string, why: string): void;
  /** Prints what has been shown. @throws {ClaimBroken} if it has not been shown */
  claim(claim: string, holds: boolean, found?: string): void;
  /** Waits without activity, which is part of the story. */
  wait(seconds: number, why: string): Promise<void>;
  /** Waits between two lines; only a terminal shows it. */
  pause(seconds: number, why: string): Promise<void>;
}

/** A narrator in colour on a terminal (unless NO_COLOR is set), otherwise in plain lines. */
export function createNarrator(out: NodeJS.WriteStream): Narrator {
  const isColoured = out.isTTY && !process.env['NO_COLOR'];
  const paint = (code: number, text: string): string =>
    isColoured ? `\x1b[${code}m${text}\x1b[0m` : text;
  const line = (text: string): void => void out.write(`${text}\n`);
  const pass = async (seconds: number, why: string): Promise<void> => {
    if (!out.isTTY) {
      await sleep(seconds * 1_000);
      return;
    }
    const endAtMs = performance.now() + seconds * 1_000;
    for (let leftMs = seconds * 1_000; leftMs > 0; leftMs = endAtMs - performance.now()) {
      out.write(`\r   ${paint(33, `… ${(leftMs / 1_000).toFixed(1)} s: ${why}`)}`);
      // oxlint-disable-next-line no-await-in-loop -- a clock that ticks
      await sleep(Math.min(STEP_MS, leftMs));
    }
    out.write('\r\x1b[K');
  };
  let chapters = 0;
  return {
    chapter: (title) => line(`\n${paint(1, `${(chapters += 1)}. ${title}`)}`),
    say: (text) => line(`   ${text}`),
    event: (what, answer, why) =>
      line(
        `   ${what.padEnd(WHAT_WIDTH)} ${paint(36, answer.padEnd(4))} ${paint(2, why)}`.trimEnd(),
      ),
    claim: (claim, holds, found = '') => {
      if (!holds) throw new ClaimBroken(claim, found);
      line(paint(32, `   ✓ ${claim}`));
    },
    wait: async (seconds, why) => {
      await pass(seconds, why);
      line(paint(33, `   … ${seconds} s: ${why}`));
    },
    pause: pass,
  };
}
