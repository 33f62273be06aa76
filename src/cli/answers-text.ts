import type { CredentialPlace, Source } from '../session/source.ts';
import type { CheckReply } from '../verdict/check-reply.ts';
import type { RehearsedAnswer } from './rehearse-answers.ts';

const LABEL_WIDTH = 26;
const HEAD_WIDTH = 12;
/** On every denial, and no answer to anybody's question. */
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
      `Answers to credentials of the source "${source.name}" (${placeText(source.place)}, opening ${source.opening}):`,
    );
    lines.push(...own.flatMap(answerLines));
  }
  return lines;
}

function answerLines({ situation, verdict, reason, reply }: RehearsedAnswer): string[] {
  const head = `  ${situation.padEnd(LABEL_WIDTH)}${headText(verdict, reply).padEnd(HEAD_WIDTH)}${reason}`;
  return [head, ...detailLines(reply).map((line) => `      ${line}`)];
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

function placeText(place: CredentialPlace): string {
  switch (place.kind) {
    case 'cookie':
      return `cookie ${place.name}`;
    case 'header':
      return `header ${place.name}`;
    case 'bearer':
      return 'bearer token';
    case 'jwt':
      return `JWT in ${placeText(place.in)}, verified by ${place.verifiedBy.kind}`;
    default:
      return place satisfies never;
  }
}
