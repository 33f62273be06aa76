import type { Environment } from '../../../settings/process-settings.ts';
import { administer, usageFault } from '../administration-command.ts';
import type { CommonFlags } from '../administration-command.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { readSessions } from '../asking/session-answers.ts';
import { sessionsTable } from '../output/session-text.ts';
import type { Terminal } from '../input/terminal.ts';

/** The flags of `curfew sessions list`. */
export interface ListFlags extends CommonFlags {
  readonly subject?: string;
  readonly source?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

/** `curfew sessions list`: a user's sessions, the newest first, or those of a source, in no order. */
export async function runSessionsList(
  flags: ListFlags,
  environment: Environment,
  terminal: Terminal,
): Promise<ExitCode> {
  const { subject, source, limit, cursor } = flags;
  if ((subject === undefined) === (source === undefined)) {
    return usageFault(terminal, ['give --subject NAME or --source NAME']);
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ subject, source, limit, cursor })) {
    if (value !== undefined) query.set(name, value);
  }
  return administer(flags, environment, terminal, async ({ ask, json }) => {
    const answer = await ask({ method: 'GET', path: `/v1/sessions?${query.toString()}` });
    if (typeof answer === 'number') return answer;
    if (json) {
      terminal.out(`${answer.text.trim()}\n`);
      return EXIT.done;
    }
    const { sessions, cursor: next } = readSessions(answer.document);
    if (sessions.length === 0) {
      terminal.err(`no session of this ${subject === undefined ? 'source' : 'subject'}\n`);
      return EXIT.done;
    }
    terminal.out(sessionsTable(sessions, answer.nowMs));
    if (next !== undefined) terminal.err(`There are more: add --cursor ${next}\n`);
    return EXIT.done;
  });
}
