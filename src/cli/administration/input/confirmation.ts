import type { Terminal } from './terminal.ts';

const WORD = 'yes';

/** What is to be confirmed. */
export interface Confirmation {
  /** By `--yes`. */
  readonly isGiven: boolean | undefined;
  /** What would be done, as a participle: `ended`. */
  readonly what: 'ended' | 'locked' | 'accepted';
}

/**
 * Whether the user confirms what was shown: by `--yes`, or by a typed word on a terminal. Without either it is not
 * confirmed, and the user is shown what to add.
 */
export async function confirmed(
  terminal: Terminal,
  { isGiven, what }: Confirmation,
): Promise<boolean> {
  if (isGiven === true) return true;
  if (!terminal.isInteractive) {
    terminal.err(`curfew: nothing was ${what}; add --yes to confirm\n`);
    return false;
  }
  const answer = await terminal.askLine(`Type ${WORD} to confirm: `);
  if (answer.trim() === WORD) return true;
  terminal.err(`curfew: nothing was ${what}\n`);
  return false;
}
