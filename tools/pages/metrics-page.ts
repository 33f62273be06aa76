import { ROLES } from '../../src/admin/access/grant.ts';
import { ADMIN_RESULTS } from '../../src/admin/admin-observer.ts';
import { CALL_NAMES } from '../../src/admin/calls/call-name.ts';
import { Metrics } from '../../src/telemetry/metrics/metrics.ts';
import type { MetricDescription } from '../../src/telemetry/metrics/metrics.ts';
import { INVALID_TOKEN_CAUSES } from '../../src/terms/invalid-token-cause.ts';
import { MALFORMED_CAUSES } from '../../src/terms/malformed-cause.ts';
import { SUBJECT_FAULTS } from '../../src/terms/subject-fault.ts';

const listOf = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

const INTRO = `
Curfew serves these at \`/metrics\` of \`--ops-address\`, in the text format of Prometheus. Rules and
alerts with their tests are in [deploy/prometheus](../deploy/prometheus/README.md), a dashboard is in
[deploy/grafana](../deploy/grafana/README.md), and the [runbook](../deploy/runbook.md) says what to
do. Labels come from closed sets and configured names only, so the number of series is limited.

Every histogram has the usual series \`_bucket\`, \`_sum\` and \`_count\`. Besides these metrics there
are \`process_*\` and \`nodejs_*\` of the metrics library.
`;

/** What the values of each label are. */
const LABELS: Readonly<Record<string, string>> = {
  call: `one of ${listOf(CALL_NAMES)}, or \`none\``,
  cause: `of an invalid token one of ${listOf(INVALID_TOKEN_CAUSES)}; of a malformed credential one of ${listOf(MALFORMED_CAUSES)}; of a subject one of ${listOf(SUBJECT_FAULTS)}`,
  error: 'the error code of HTTP/2 (RFC 9113)',
  fingerprint: 'a name for a server key that says nothing about it',
  grpc_code: 'the gRPC status, such as `OK` or `UNAVAILABLE`',
  grpc_method: '`Check`, or a method of the health service',
  grpc_service: 'the gRPC service',
  grpc_type: '`unary`',
  hash: 'the start of the SHA-256 of the policy file',
  mode: '`enforce` or `observe`',
  outcome:
    'what the store found, such as `live` or `expired`, or why it found nothing, such as `late`',
  policy:
    'the name of the policy that judged, or whose limit was reached; `unknown` if there was none; empty for the end of a session on request',
  port: '`grpc` or `admin`',
  reason: 'one of the [reasons](reasons.md)',
  result: `one of ${listOf(ADMIN_RESULTS)}`,
  role: `one of ${listOf(ROLES)}, or \`none\` if the caller may not make the call`,
  script: 'the script that was run in the store, or `read`',
  source: 'the name of the source',
  state: '`known`: all of them; `down`: those that cannot be used',
  use: '`writes`: sessions are opened with this key; `reads`: it is only looked up',
  verdict:
    '`allow`, `deny`, `served` (Curfew answers and refuses no session), or `none` (no verdict)',
  version: 'the version of Curfew',
};

/** `docs/metrics.md`, from the registry of a process. */
export async function metricsPage(): Promise<string> {
  const metrics = (await new Metrics('0').catalogue()).filter(({ name }) =>
    /^(?:curfew|grpc)_/.test(name),
  );
  const labels = [...new Set(metrics.flatMap((metric) => metric.labels))].toSorted();
  return [
    '# Metrics',
    INTRO,
    '## All metrics',
    metrics.map(rowOf).join('\n'),
    '## Labels',
    labels.map((label) => `- **\`${label}\`**: ${meaningOf(label)}.`).join('\n'),
  ].join('\n\n');
}

function rowOf({ name, type, help, labels }: MetricDescription): string {
  const kinds = [type, ...labels.map((label) => `\`${label}\``)];
  return `- **\`${name}\`** (${kinds.join(', ')}): ${help}`;
}

function meaningOf(label: string): string {
  const meaning = LABELS[label];
  if (meaning === undefined) throw new Error(`the page of metrics lacks the label ${label}`);
  return meaning;
}
