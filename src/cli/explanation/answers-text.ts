import type { Source } from '../../terms/source.ts';
import { whereOf } from '../../terms/source-kind.ts';
import type { CheckReply } from '../../verdict/check-reply.ts';
import type { RehearsedAnswer } from '../rehearse-answers.ts';

const LABEL_WIDTH = 26;
const HEAD_WIDTH = 12;
/** On every denial, and of no interest to a reader. */
const ROUTINE_HEADERS = new Set([
  'cache-control',
  'content-security-policy',
  'x-content-type-options',
]);

/** The answers, by the source of the credential. */
export function answersText(
  answers: readonly RehearsedAnswer[],
  sources: readonly Source[],
): string[] {
  const general = answers.filter(({ source }) => source === undefined);
  const lines = ['Answers:', ...general.flatMap(answerLines)];
  for (const source of sources) {
    const own = answers.filter((answer) => answer.source === source.name);
    if (own.length === 0) continue;
    lines.push(
      '',
      `Answers to credentials of the source "${source.name}" (${whereOf(source.place)}, opening ${source.opening}${subjectText(source)}):`,
    );
    lines.push(...own.flatMap(answerLines));
  }
  return lines;
}

/** Who says whose session it is. */
function subjectText({ place, subjectHeader }: Source): string {
  if (subjectHeader !== undefined) return `, subject in header "${subjectHeader}"`;
  const claim = place.kind === 'jwt' ? place.subjectClaim : undefined;
  return claim === undefined ? '' : `, subject in claim "${claim}"`;
}

function answerLines(answer: RehearsedAnswer): string[] {
  const { situation, verdict, reason, cause, why, reply } = answer;
  const because = cause === undefined ? '' : ` (${cause})`;
  const head = `  ${situation.padEnd(LABEL_WIDTH)}${headText(verdict, reply).padEnd(HEAD_WIDTH)}${reason}${because}`;
  return [head, ...[...why, ...detailLines(reply)].map((line) => `      ${line}`)];
}

function headText(verdict: RehearsedAnswer['verdict'], reply: CheckReply): string {
  switch (reply.kind) {
    case 'allow':
      return verdict;
    case 'deny':
      return `${verdict} ${reply.httpStatus}`;
    case 'none':
      return `${reply.grpcStatus} `;
    default:
      return reply satisfies never;
  }
}

function detailLines(reply: CheckReply): string[] {
  switch (reply.kind) {
    case 'allow':
      return [
        ...reply.requestHeaders.map(([name, value]) => `to the application: ${name}: ${value}`),
        ...reply.responseHeaders.map(([name, value]) => `to the client: ${name}: ${value}`),
      ];
    case 'deny':
      return reply.headers
        .filter(([name]) => !ROUTINE_HEADERS.has(name))
        .map(([name, value]) => `${name}: ${value}`);
    case 'none':
      return [reply.message];
    default:
      return reply satisfies never;
  }
}
