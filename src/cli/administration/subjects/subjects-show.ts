import type { Environment } from '../../../settings/process-settings.ts';
import { administer } from '../administration-command.ts';
import type { CommonFlags } from '../administration-command.ts';
import { readSubject } from '../asking/session-answers.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Terminal } from '../input/terminal.ts';
import { countText } from '../output/end-text.ts';
import { subjectFields } from '../output/subject-fields.ts';
import { fieldsText } from '../output/table.ts';
import { subjectSessionsText } from '../sessions/subject-sessions.ts';

/** `curfew subjects show NAME`: whether a user is locked, and the newest sessions that are live. */
export async function runSubjectsShow(
  subject: string,
  flags: CommonFlags,
  environment: Environment,
  terminal: Terminal,
): Promise<ExitCode> {
  return administer(flags, environment, terminal, async ({ ask, json }) => {
    const query = new URLSearchParams({ subject });
    const answer = await ask({ method: 'GET', path: `/v1/subjects?${query.toString()}` });
    if (typeof answer === 'number') return answer;
    const { text, document, nowMs } = answer;
    if (json) {
      terminal.out(`${text.trim()}\n`);
      return EXIT.done;
    }
    const read = readSubject(document);
    const shown = await subjectSessionsText({ ask }, { subject });
    if (typeof shown === 'number') return shown;
    const count = read.sessions === 0 ? 'none' : countText(read.sessions);
    const fields = fieldsText([...subjectFields(read.subject, nowMs), ['live', count]]);
    terminal.out(shown === '' ? fields : `${fields}\n${shown}`);
    return EXIT.done;
  });
}
