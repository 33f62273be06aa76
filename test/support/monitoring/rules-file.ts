import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A rule of Prometheus in its file: a recording rule or an alerting rule. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** All rules of a file, of all its groups. */
export function rulesOf(path: string): readonly Rule[] {
  const { groups } = parse(readFileSync(path, 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
}
