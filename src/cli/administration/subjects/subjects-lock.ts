import type { Environment } from '../../../settings/process-settings.ts';
import { parseDuration } from '../../../terms/duration.ts';
import { administer, usageFault } from '../administration-command.ts';
import type { CommonFlags } from '../administration-command.ts';
import { confirmed } from '../input/confirmation.ts';
import { endCode } from '../output/end-text.ts';
import { readLock } from '../asking/session-answers.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { lockText, unlockText } from '../output/lock-text.ts';
import { subjectSessionsText } from '../sessions/subject-sessions.ts';
import type { Terminal } from '../input/terminal.ts';

/** The flags of `curfew subjects lock`. */
export interface LockFlags extends CommonFlags {
  /** A duration; without it the lock stays until it is taken off. */
  readonly for?: string;
  readonly reason?: string;
  readonly yes?: boolean;
}

/** The flags of `curfew subjects unlock`. */
export interface UnlockFlags extends CommonFlags {
  readonly reason?: string;
}

/** `curfew subjects lock NAME`: ends the user's sessions, and lets none open meanwhile. */
export async function runSubjectsLock(
  subject: string,
  flags: LockFlags,
  environment: Environment,
  terminal: Terminal,
): Promise<ExitCode> {
  const { for: span, reason, yes, json } = flags;
  if (span !== undefined && parseDuration(span) === undefined) {
    return usageFault(terminal, ['--for is not a duration; write it as 8h, 30d or 1h30m']);
  }
  return administer(flags, environment, terminal, async (administration) => {
    if (!yes) {
      const shown = await subjectSessionsText(administration, { subject });
      if (typeof shown === 'number') return shown;
      terminal.err(`${shown}A lock ends every live session of this user.\n`);
    }
    if (!(await confirmed(terminal, { isGiven: yes, what: 'locked' }))) return EXIT.refused;
    const body = { subject, for: span, reason };
    const answer = await administration.ask({ method: 'POST', path: '/v1/subjects/lock', body });
    if (typeof answer === 'number') return answer;
    const { text, document, status, nowMs } = answer;
    terminal.out(json ? `${text.trim()}\n` : lockText(readLock(document), nowMs));
    return endCode(status);
  });
}

/** `curfew subjects unlock NAME`: lets the user log in again. Sessions that have ended stay ended. */
export async function runSubjectsUnlock(
  subject: string,
  flags: UnlockFlags,
  environment: Environment,
  terminal: Terminal,
): Promise<ExitCode> {
  return administer(flags, environment, terminal, async ({ ask, json }) => {
    const body = { subject, reason: flags.reason };
    const answer = await ask({ method: 'POST', path: '/v1/subjects/unlock', body });
    if (typeof answer === 'number') return answer;
    const { text, document, status, nowMs } = answer;
    terminal.out(json ? `${text.trim()}\n` : unlockText(readLock(document), nowMs));
    return endCode(status);
  });
}
