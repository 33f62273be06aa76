// Writes the rules as an object of the Prometheus operator, for the kustomize component:
// node test/support/run.mjs node deploy/prometheus/prometheus-rule.ts

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const rulesFile = join(import.meta.dirname, 'rules', 'curfew.yaml');
const component = join(import.meta.dirname, '..', 'kubernetes', 'components', 'prometheus-rules');

/** Where {@link prometheusRule} is kept. */
export const PROMETHEUS_RULE_FILE: string = join(component, 'prometheus-rule.yaml');

const HEAD = `# Made from deploy/prometheus/rules/curfew.yaml; do not edit. To make it anew:
# node test/support/run.mjs node deploy/prometheus/prometheus-rule.ts
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: curfew
  namespace: curfew
spec:
`;

/** The rules file as a PrometheusRule, its comments and all. */
export function prometheusRule(): string {
  const rules = readFileSync(rulesFile, 'utf8');
  const groups = rules.slice(rules.indexOf('\ngroups:\n') + 1);
  return HEAD + groups.replaceAll(/^(?=.)/gm, '  ');
}

if (import.meta.main) writeFileSync(PROMETHEUS_RULE_FILE, prometheusRule());
