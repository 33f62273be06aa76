import { formatDuration } from '../../terms/duration.ts';
import type {
  MatcherExplanation,
  PolicyExplanation,
  PolicyRole,
} from '../../policy/explain-selection.ts';
import { readsSessions } from '../../policy/build/build-policy.ts';
import type { ResolvedLimit } from '../../policy/build/resolve-limits.ts';
import type { OtherReading } from '../../policy/selection/other-reading.ts';
import type { EffectivePolicy } from '../../terms/effective-policy.ts';
import { pathWithoutQuery } from '../../terms/path.ts';
import { endingLines } from './ending-text.ts';
import { expiryLines } from '../expiry-text.ts';
import { answersText } from './answers-text.ts';
import type { Explanation } from './explanation.ts';

const ROLES: Readonly<Record<PolicyRole, string>> = {
  judges: 'judges',
  comes_later: 'would match, but another one comes first',
  does_not_match: 'does not match',
  by_name_only: 'only for routes that name it',
};

/** For people. */
export function explanationText(explained: Explanation): string {
  const { facts, explanation } = explained;
  return [
    // prettier-ignore
    `${facts.method} ${facts.scheme}://${facts.host}${facts.path}`,
    '',
    ...selectionLines(explained),
    '',
    'Policies, in the order in which they are asked:',
    ...explanation.policies.flatMap(policyLines),
    '',
    ...answersText(explained.answers, explained.sources),
    ...navigationHint(explained),
    '',
  ].join('\n');
}

/** A policy with a login_url: says how to see the redirect. */
function navigationHint({ explanation, facts }: Explanation): string[] {
  const { selection } = explanation.details;
  const isNavigation = facts.headers.some(
    ({ name }) => name === 'sec-fetch-mode' || name === 'accept',
  );
  if (isNavigation || 'kind' in selection || selection.policy.loginUrl === undefined) return [];
  return ['', "For a browser's navigation add: --header 'accept: text/html'"];
}

function selectionLines({ explanation, facts }: Explanation): string[] {
  const { details, named } = explanation;
  const { selection, ambiguity, applied } = details;
  if ('kind' in selection) {
    return [
      `The route names the policy "${named ?? ''}", which the file does not have (or not by_name): no verdict.`,
    ];
  }
  const { policy } = selection;
  const lines = [`Judged by ${howJudged(explanation)}`];
  if (ambiguity !== undefined) {
    const members = applied.map((member) => `"${member.policy.name}"`).join(', ');
    lines.push(
      `  ambiguous: ${ambiguity}. Judged by ${members} together, strictest first; it ends nothing that has reached a limit`,
    );
  }
  lines.push(...readingLines(details.otherReadings));
  const normalised = details.path.normalised;
  if (normalised !== pathWithoutQuery(facts.path))
    lines.push(`  path as it is matched: ${normalised}`);
  const session = policy.session === 'ends' ? 'not needed (ends_session)' : policy.session;
  lines.push(`  session    ${session}`, `  mode       ${policy.mode}`);
  lines.push(...endingLines(selection, facts));
  if (policy.session === 'off') return lines;
  const sources = [`  sources    ${[...policy.sources].join(', ')}`];
  if (policy.leave.size > 0) sources.push(`  leaves     ${[...policy.leave].join(', ')}`);
  if (!readsSessions(policy.session)) return [...lines, ...sources];
  return [
    ...lines,
    ...limitLines(policy, explanation.policies),
    ...onExpiryLines(explanation),
    `  staleness  ${stalenessText(policy)}`,
    `  activity   ${details.passive === undefined ? 'yes' : `no: ${details.passive}`}`,
    ...sources,
  ];
}

function stalenessText({ maxStalenessMs }: EffectivePolicy): string {
  if (maxStalenessMs === 0) return 'none: each request asks the store';
  const most = formatDuration(maxStalenessMs);
  return `deadlines are exact; an end elsewhere is enforced within ${most}, normally within milliseconds`;
}

/** Requests for one page have few readings, so more than these say nothing new. */
const READINGS_SHOWN = 8;

/** How other servers read the request, one for each policy that they select. */
function readingLines(readings: readonly OtherReading[]): string[] {
  const seen = new Map<string, OtherReading>();
  for (const reading of readings) {
    const key = `${reading.policies.join(' ')} ${reading.passive}`;
    if (!seen.has(key)) seen.set(key, reading);
  }
  return [...seen.values()].slice(0, READINGS_SHOWN).map(({ path, how, policies, passive }) => {
    const names = policies.map((name) => `"${name}"`).join(' or ');
    const counted = passive === undefined ? '' : ', passive';
    return `  read as ${path}${how.length === 0 ? '' : ` (${how.join(', ')})`}: ${names}${counted}`;
  });
}

function onExpiryLines({ details, policies }: Explanation['explanation']): string[] {
  if (details.ambiguity !== undefined) return ['  on expiry  refused like a challenge'];
  const [judging] = policies.filter(({ role }) => role === 'judges');
  return expiryLines(judging?.expiry ?? new Map()).map(
    (line, i) => `  ${i === 0 ? 'on expiry' : '         '}  ${line}`,
  );
}

function howJudged({ details, named }: Explanation['explanation']): string {
  const { selection, ambiguity } = details;
  const name = 'kind' in selection ? '' : `"${selection.policy.name}"`;
  if (named !== undefined) return `${name}, which the route names`;
  return ambiguity === undefined ? `${name}, the first that matches` : `${name} and others`;
}

/** Where each limit comes from: of several judging policies, the one that says it. */
function limitLines(policy: EffectivePolicy, policies: readonly PolicyExplanation[]): string[] {
  const judging = policies.filter(({ role }) => role === 'judges');
  const originOf = (kind: 'idle' | 'absolute', timeoutMs: number | undefined): string => {
    const origin = judging.find(({ limits }) => limits?.[kind].timeoutMs === timeoutMs);
    const limit = origin?.limits?.[kind];
    if (origin === undefined || limit === undefined) return '';
    return judging.length > 1 ? `"${origin.name}": ${fromText(limit)}` : fromText(limit);
  };
  const line = (label: string, kind: 'idle' | 'absolute', timeoutMs: number | undefined) =>
    `  ${label}  ${(timeoutMs === undefined ? 'off' : formatDuration(timeoutMs)).padEnd(8)} ${originOf(kind, timeoutMs)}`.trimEnd();
  return [
    line('idle     ', 'idle', policy.idleTimeoutMs),
    line('absolute ', 'absolute', policy.absoluteTimeoutMs),
  ];
}

function fromText(limit: ResolvedLimit): string {
  const { preset, justification } = limit;
  const cited = preset === undefined ? '' : `preset ${preset.name} (${preset.citation})`;
  switch (limit.from) {
    case 'none':
      return 'nothing sets one';
    case 'preset':
      return `from ${cited}`;
    case 'own': {
      if (preset === undefined) return 'set by the policy';
      if (!limit.looserThanPreset) return `set by the policy, within ${cited}`;
      return `set by the policy, looser than ${cited}: ${justification ?? 'without a justification'}`;
    }
    default:
      return limit.from satisfies never;
  }
}

function policyLines({ name, role, matchers }: PolicyExplanation): string[] {
  return [`  ${name}: ${ROLES[role]}`, ...matchers.map(matcherLine)];
}

function matcherLine({ holds, fields }: MatcherExplanation): string {
  const tests = fields.map((field) => {
    const found =
      field.holds || field.found === undefined
        ? ''
        : ` (it is ${field.found === '' ? 'empty' : field.found})`;
    return `${field.field} ${field.wanted}${found}`;
  });
  return `      ${holds ? 'yes' : 'no '}  ${tests.join(', ')}`;
}
