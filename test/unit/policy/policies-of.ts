import type { LoadedPolicies } from '../../../src/policy/loaded-policies.ts';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import type { Selection } from '../../../src/terms/effective-policy.ts';
import type { RequestFacts } from '../../../src/terms/request-facts.ts';

export const WEB = '- { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }';

/** The policies of a valid file. `policies` are entries in flow style; a last policy is added. */
export function policiesOf(
  policies: readonly string[],
  top = '',
  sources: readonly string[] = [WEB],
): LoadedPolicies {
  const entries = [...policies, '- { name: default, idle: 1h, absolute: 12h }'];
  return load(
    `version: 1\n${top}\nsources:\n${indented(sources)}\npolicies:\n${indented(entries)}\n`,
  );
}

/** The policies of a valid file. */
export function load(text: string): LoadedPolicies {
  const parsed = parsePolicyFile(text, 'test.yaml');
  if (parsed.kind === 'ok') return parsed.policies;
  throw new Error(parsed.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
}

/** The selection for a request that names no unknown policy. */
export function selected(policies: LoadedPolicies, facts: RequestFacts): Selection {
  const selection = policies.select(facts);
  if ('policy' in selection) return selection;
  throw new Error(selection.kind);
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
