import type { Environment } from '../../../settings/process-settings.ts';
import { administer, usageFault } from '../administration-command.ts';
import type { CommonFlags, Success } from '../administration-command.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { readGivenCredential } from '../input/given-credential.ts';
import { sessionFaultOf } from '../input/given-session.ts';
import { readSession } from '../asking/session-answers.ts';
import { sessionText } from '../output/session-text.ts';
import type { Terminal } from '../input/terminal.ts';

/** The flags of `curfew sessions find`. */
export interface FindFlags extends CommonFlags {
  readonly source: string;
}

/** `curfew sessions show SESSION`: one session with its deadlines under each policy. */
export async function runSessionsShow(
  session: string,
  flags: CommonFlags,
  environment: Environment,
  terminal: Terminal,
): Promise<ExitCode> {
  const fault = sessionFaultOf(session);
  if (fault !== undefined) return usageFault(terminal, [fault]);
  return administer(flags, environment, terminal, async ({ ask }) => {
    const answer = await ask({ method: 'GET', path: `/v1/sessions/${session}` });
    return typeof answer === 'number' ? answer : printSession(answer, flags, terminal);
  });
}

/** `curfew sessions find`: the session of the credential on standard input. */
export async function runSessionsFind(
  flags: FindFlags,
  environment: Environment,
  terminal: Terminal,
): Promise<ExitCode> {
  return administer(flags, environment, terminal, async ({ ask }) => {
    const given = await readGivenCredential(terminal);
    if ('problem' in given) return usageFault(terminal, [given.problem]);
    const body = { source: flags.source, credential: given.credential };
    const answer = await ask({ method: 'POST', path: '/v1/sessions/find', body });
    return typeof answer === 'number' ? answer : printSession(answer, flags, terminal);
  });
}

function printSession(answer: Success, { json }: CommonFlags, terminal: Terminal): ExitCode {
  const { text, document, nowMs } = answer;
  terminal.out(json ? `${text.trim()}\n` : sessionText(readSession(document), nowMs));
  return EXIT.done;
}
