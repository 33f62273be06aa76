import type { CompiledPolicies } from './compiled-policies.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { MatchInput } from './fields/matcher-field.ts';

/** The key in a route's `context_extensions` that names the policy. */
export const POLICY_NAME_KEY = 'curfew-policy';

/** The policy that the route names, if the file has it. */
export function namedPolicy(
  { policies }: CompiledPolicies,
  { context }: MatchInput,
): CompiledPolicy | undefined {
  const named = context.get(POLICY_NAME_KEY);
  if (named === undefined) return undefined;
  return policies.find(({ byName, policy }) => byName && policy.name === named);
}
