import { createInterface } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { CommandIo } from '../../command-io.ts';

/** A command's input and output, which may be a person's terminal. */
export interface Terminal extends CommandIo {
  /** Whether a person can be asked: standard input is a terminal. */
  readonly isInteractive: boolean;
  /** Asks for one line; empty at the end of the input. The question goes to standard error, so that the output can be piped. */
  askLine(question: string): Promise<string>;
  /** The same for a line that must not be shown while it is typed or pasted. */
  askSecret(question: string): Promise<string>;
}

const INTERRUPT = '\u0003';
const END_OF_INPUT = '\u0004';
const LINE_MAX = 64 * 1024;

/** The terminal of this process. */
export function processTerminal(io: CommandIo, input: ReadStream = process.stdin): Terminal {
  return {
    ...io,
    isInteractive: input.isTTY,
    askLine: async (question) => {
      io.err(question);
      // Not as a terminal: its own line editing is enough, and nothing else is printed.
      const reader = createInterface({ input, terminal: false });
      for await (const line of reader) return line;
      return ''; // the end of the input
    },
    askSecret: async (question) => {
      // Before the question: what is pasted right after it must not be shown either.
      input.setRawMode(true);
      try {
        io.err(question);
        return await secretLine(input);
      } finally {
        input.setRawMode(false);
        input.pause();
        io.err('\n');
      }
    },
  };
}

/** Reads in raw mode, in which the terminal shows nothing and handles no control key by itself. */
async function secretLine(input: ReadStream): Promise<string> {
  let line = '';
  for await (const chunk of input.iterator({ destroyOnReturn: false })) {
    for (const character of String(chunk)) {
      if (character === '\r' || character === '\n') return line;
      if (character === INTERRUPT || character === END_OF_INPUT) return '';
      line = character === '\u007f' ? line.slice(0, -1) : line + character;
    }
    if (line.length > LINE_MAX) return line;
  }
  return line;
}
