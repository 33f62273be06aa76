import { REASONS, REASON_NAMES, isPlainAllow } from '../../src/verdict/reason.ts';
import type { Reason } from '../../src/verdict/reason.ts';

const INTRO = `
Every check has exactly one reason. It is the same word in metrics
(\`curfew_checks_total{reason}\`), log lines, and the dynamic metadata for Envoy's access log. The
client is given the exact reason only for a session that was once its own, and when it sent no
credential or several. All other denials look alike to it, so that guessing does not show which
credentials exist.

A policy with \`mode: observe\` allows every request. Its allows carry the reason for which an
enforcing policy would have denied the request or given no verdict.
`;

/** `docs/reasons.md`, from the table of reasons. */
export function reasonsPage(): string {
  return [
    '# Reasons',
    INTRO,
    '## Allowed',
    listOf('allow'),
    '## Denied',
    'In brackets: the reason that the client is given, if it is another one. “Gone” marks the reasons' +
      ' for which a browser is asked to forget the cookie.',
    listOf('deny'),
    '## Answered by Curfew',
    'The client gets an answer of Curfew instead of the application’s. No session is refused. Metrics' +
      ' and metadata have the verdict `served`.',
    listOf('served'),
    '## No verdict',
    'The check ends with one of these gRPC statuses. Envoy answers with its own `status_on_error`; it is never' +
      ' a logout.',
    listOf('none'),
    '## What an observing policy would have refused',
    'This query leaves out the reasons for which every policy allows:',
    `\`\`\`\n${wouldBeRefused()}\n\`\`\``,
  ].join('\n\n');
}

/** The query for allows that would have been something else under an enforcing policy. */
export function wouldBeRefused(): string {
  const plain = REASON_NAMES.filter(isPlainAllow).join('|');
  return [
    'sum by (policy, reason) (',
    `  rate(curfew_checks_total{mode="observe",reason!~"${plain}"}[5m])`,
    ')',
  ].join('\n');
}

function listOf(wanted: (typeof REASONS)[Reason]['class']): string {
  return REASON_NAMES.filter((name) => REASONS[name].class === wanted)
    .map((name) => `- **\`${name}\`**${detailsOf(name)}: ${REASONS[name].meaning}`)
    .join('\n');
}

function detailsOf(name: Reason): string {
  const row = REASONS[name];
  switch (row.class) {
    case 'allow':
    case 'served':
      return '';
    case 'deny': {
      const details = [
        ...(row.clientReason === name ? [] : [`\`${row.clientReason}\``]),
        ...(row.isGone ? ['gone'] : []),
      ];
      return details.length === 0 ? '' : ` (${details.join(', ')})`;
    }
    case 'none':
      return ` (${row.grpcStatuses.map((status) => `\`${status}\``).join(', ')})`;
    default:
      return row satisfies never;
  }
}
