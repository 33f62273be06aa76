import type { Administration } from '../administration-command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { readSessions } from '../asking/session-answers.ts';
import { sessionsTable } from '../output/session-text.ts';

const SHOWN_MAX = 10;

/** Whose sessions, and which one stays. */
export interface SubjectSelector {
  readonly subject: string;
  /** A handle or a tag. */
  readonly except?: string | undefined;
}

/** The newest sessions of a user that are live, for a person who is about to end them. */
export async function subjectSessionsText(
  { ask }: Pick<Administration, 'ask'>,
  { subject, except }: SubjectSelector,
): Promise<string | ExitCode> {
  const query = new URLSearchParams({ subject, limit: String(SHOWN_MAX) });
  const answer = await ask({ method: 'GET', path: `/v1/sessions?${query.toString()}` });
  if (typeof answer === 'number') return answer;
  const { sessions, cursor } = readSessions(answer.document);
  const live = sessions.filter(
    ({ state, session }) =>
      state === 'live' && (except === undefined || !session.startsWith(except)),
  );
  if (live.length === 0) return '';
  const more = cursor === undefined ? '' : `... and more, older ones\n`;
  return `${sessionsTable(live, answer.nowMs)}${more}`;
}
