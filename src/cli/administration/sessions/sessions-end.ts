import type { Environment } from '../../../settings/process-settings.ts';
import { administer, usageFault } from '../administration-command.ts';
import type { Administration, CommonFlags, Success } from '../administration-command.ts';
import { confirmed } from '../input/confirmation.ts';
import { countText, endCode, endText } from '../output/end-text.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { readGivenCredential } from '../input/given-credential.ts';
import { sessionFaultOf } from '../input/given-session.ts';
import { readEnd, readPreview } from '../asking/session-answers.ts';
import { subjectSessionsText } from './subject-sessions.ts';
import type { Terminal } from '../input/terminal.ts';

/** The flags of `curfew sessions end`. */
export interface EndFlags extends CommonFlags {
  /** Its credential is on standard input. */
  readonly source?: string;
  readonly subject?: string;
  /** The session that stays. */
  readonly except?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const PATH = '/v1/sessions/end';
const NONE_LIVE =
  'No session is live. To end them all the same refuses the credentials of earlier logins.\n';

/** `curfew sessions end`: ends one session, the session of a credential, or all sessions of a user. */
export async function runSessionsEnd(
  session: string | undefined,
  flags: EndFlags,
  environment: Environment,
  terminal: Terminal,
): Promise<ExitCode> {
  const fault = selectorFaultOf(session, flags);
  if (fault !== undefined) return usageFault(terminal, [fault]);
  const { source, subject, except } = flags;
  return administer(flags, environment, terminal, async (administration) => {
    if (subject !== undefined) return endAll(administration, { subject, except }, flags);
    if (source === undefined) return endOne(administration, { session }, flags);
    const given = await readGivenCredential(terminal);
    if ('problem' in given) return usageFault(terminal, [given.problem]);
    return endOne(administration, { source, credential: given.credential }, flags);
  });
}

function selectorFaultOf(session: string | undefined, flags: EndFlags): string | undefined {
  const { source, subject, except, yes } = flags;
  const selectors = [session, source, subject].filter((one) => one !== undefined);
  if (selectors.length !== 1) {
    return (
      'give one of: the name of a session; --source NAME, with the credential on standard input; ' +
      '--subject NAME, for all sessions of a user'
    );
  }
  if (subject === undefined && (except !== undefined || yes === true)) {
    return '--except and --yes have no effect without --subject';
  }
  const named = session ?? except;
  return named === undefined ? undefined : sessionFaultOf(named);
}

async function endOne(
  administration: Administration,
  selector: object,
  { dryRun, reason }: EndFlags,
): Promise<ExitCode> {
  if (dryRun !== true) return end(administration, { ...selector, reason });
  const answer = await preview(administration, selector);
  if (typeof answer === 'number') return answer;
  const { json, terminal } = administration;
  terminal.out(json ? `${answer.text.trim()}\n` : wouldEnd(readPreview(answer.document).count));
  return EXIT.done;
}

/** Shows what would end, asks, and ends what was open when it was shown. */
async function endAll(
  administration: Administration,
  selector: { readonly subject: string; readonly except: string | undefined },
  { dryRun, reason, yes }: EndFlags,
): Promise<ExitCode> {
  const { json, terminal } = administration;
  const answer = await preview(administration, selector);
  if (typeof answer === 'number') return answer;
  const { count, preview: confirm } = readPreview(answer.document);
  if (json && dryRun === true) {
    terminal.out(`${answer.text.trim()}\n`);
    return EXIT.done;
  }
  const shown = await subjectSessionsText(administration, selector);
  if (typeof shown === 'number') return shown;
  const show = dryRun === true ? terminal.out : terminal.err;
  show(count === 0 ? NONE_LIVE : `${shown}${wouldEnd(count)}`);
  if (dryRun === true) return EXIT.done;
  if (!(await confirmed(terminal, { isGiven: yes, what: 'ended' }))) return EXIT.refused;
  return end(administration, { ...selector, reason, confirm });
}

async function end(administration: Administration, body: object): Promise<ExitCode> {
  const { ask, json, terminal } = administration;
  const answer = await ask({ method: 'POST', path: PATH, body });
  if (typeof answer === 'number') return answer;
  const { status, text, document, nowMs } = answer;
  terminal.out(json ? `${text.trim()}\n` : endText(readEnd(document), nowMs));
  return endCode(status);
}

function preview({ ask }: Administration, selector: object): Promise<Success | ExitCode> {
  return ask({ method: 'POST', path: PATH, body: { ...selector, dry_run: true } });
}

function wouldEnd(count: number): string {
  return `This would end ${countText(count)}.\n`;
}
