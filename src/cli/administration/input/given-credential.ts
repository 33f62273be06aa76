import type { Terminal } from './terminal.ts';

/** What no credential contains: the end of the line, or what no header value may have. */
const FORBIDDEN = /[\0\r\n]/;

/**
 * The credential on standard input, where no list of processes and no history of a shell shows it. On a terminal it is
 * asked for, and not shown.
 * @returns the credential, or what is wrong; the problem contains nothing of what was read
 */
export async function readGivenCredential(
  terminal: Terminal,
): Promise<{ readonly credential: string } | { readonly problem: string }> {
  let text: string;
  try {
    text = terminal.isInteractive
      ? await terminal.askSecret('Paste the credential and press Enter (it is not shown): ')
      : await terminal.readInput();
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'standard input cannot be read' };
  }
  const credential = text.trim();
  if (credential === '') {
    return {
      problem:
        'standard input has no credential; give the value of the cookie or header there, for example: ' +
        'curfew sessions find --source web < credential.txt',
    };
  }
  if (FORBIDDEN.test(credential)) {
    return { problem: 'standard input must have one line, the credential, and nothing else' };
  }
  return { credential };
}
