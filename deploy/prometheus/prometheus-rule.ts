// Writes the copies of the rules: an object of the Prometheus operator for the kustomize component, and the Helm chart's
// file. node tools/run.mjs node deploy/prometheus/prometheus-rule.ts

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const rulesFile = join(import.meta.dirname, 'rules', 'curfew.yaml');
const deploy = join(import.meta.dirname, '..');
const component = join(deploy, 'kubernetes', 'components', 'prometheus-rules');
const chartCopy = join(deploy, 'helm', 'curfew', 'files', 'prometheus-rules', 'curfew.yaml');

/** Where {@link prometheusRule} is kept. */
export const PROMETHEUS_RULE_FILE: string = join(component, 'prometheus-rule.yaml');

const HEAD = `# Made from deploy/prometheus/rules/curfew.yaml; do not edit. To make it again:
# node tools/run.mjs node deploy/prometheus/prometheus-rule.ts
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: curfew
  namespace: curfew
  labels:
    app.kubernetes.io/name: curfew
    app.kubernetes.io/part-of: curfew
    app.kubernetes.io/component: authorizer
spec:
`;

/** The rules file as a PrometheusRule, with its comments. */
export function prometheusRule(): string {
  const rules = readFileSync(rulesFile, 'utf8');
  const groups = rules.slice(rules.indexOf('\ngroups:\n') + 1);
  return HEAD + groups.replaceAll(/^(?=.)/gm, '  ');
}

if (import.meta.main) {
  writeFileSync(PROMETHEUS_RULE_FILE, prometheusRule());
  copyFileSync(rulesFile, chartCopy);
}
