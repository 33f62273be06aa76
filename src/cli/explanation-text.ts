import { formatDuration } from '../policy/duration.ts';
import type {
  MatcherExplanation,
  PolicyExplanation,
  PolicyRole,
} from '../policy/explain-selection.ts';
import type { ResolvedLimit } from '../policy/resolve-limits.ts';
import type { EffectivePolicy } from '../session/effective-policy.ts';
import { answersText } from './answers-text.ts';
import type { Explanation } from './explanation.ts';

const ROLES: Readonly<Record<PolicyRole, string>> = {
  judges: 'judges',
  comes_later: 'would match, but another one comes first',
  does_not_match: 'does not match',
  by_name_only: 'only for routes that name it',
};

/** For people. */
export function explanationText(told: Explanation): string {
  const { facts, explanation } = told;
  return [
    // prettier-ignore
    `${facts.method} ${facts.scheme}://${facts.host}${facts.path}`,
    '',
    ...selectionLines(told),
    '',
    'Policies, in the order in which they are asked:',
    ...explanation.policies.flatMap(policyLines),
    '',
    ...answersText(told.answers, told.sources),
    ...navigationHint(told),
    '',
  ].join('\n');
}

/** Somebody who has written a login_url wants to see it. */
function navigationHint({ explanation, facts }: Explanation): string[] {
  const { selection } = explanation.judgement;
  const isNavigation = facts.headers.some(
    ({ name }) => name === 'sec-fetch-mode' || name === 'accept',
  );
  if (isNavigation || 'kind' in selection || selection.policy.loginUrl === undefined) return [];
  return ['', "For a browser's navigation add: --header 'accept: text/html'"];
}

function selectionLines({ explanation, facts }: Explanation): string[] {
  const { judgement, named } = explanation;
  const { selection, ambiguity, judging } = judgement;
  if ('kind' in selection) {
    return [
      `The route names the policy "${named ?? ''}", which the file does not have (or not by_name): no verdict.`,
    ];
  }
  const { policy } = selection;
  const lines = [`Judged by ${howJudged(explanation)}`];
  if (ambiguity !== undefined) {
    const members = judging.map((member) => `"${member.policy.name}"`).join(', ');
    lines.push(
      `  ambiguous: ${ambiguity}. Judged by ${members} together, strictest first; it ends nothing`,
    );
  }
  const normalised = judgement.path.normalised;
  if (normalised !== facts.path.split('?', 1)[0])
    lines.push(`  path as it is matched: ${normalised}`);
  lines.push(`  session    ${policy.session}`, `  mode       ${policy.mode}`);
  if (policy.session === 'off') return lines;
  lines.push(...limitLines(policy, explanation.policies));
  lines.push(`  on expiry  ${policy.onExpiry}`);
  lines.push(
    `  activity   ${judgement.passive === undefined ? 'yes' : `no: ${judgement.passive}`}`,
  );
  lines.push(`  sources    ${[...policy.sources].join(', ')}`);
  return lines;
}

function howJudged({ judgement, named }: Explanation['explanation']): string {
  const { selection, ambiguity } = judgement;
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
