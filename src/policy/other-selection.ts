import type { MatchInput } from './compile-matcher.ts';
import { matches } from './compile-matcher.ts';
import type { CompiledPolicies, CompiledPolicy } from './compiled-policy.ts';
import { reaches } from './compiled-policy.ts';
import { foldPath } from './read-path.ts';

/**
 * Why a well-formed path could still belong to another policy, or `undefined`: applications differ in whether case,
 * a final slash and the escapes of reserved characters matter, and the file does not say how this one reads them.
 */
export function otherSelection(
  compiled: CompiledPolicies,
  input: MatchInput,
  otherSpellings: readonly string[],
  winner: CompiledPolicy,
): string | undefined {
  for (const path of otherSpellings) {
    const other = compiled.policies.find((policy) => reaches(policy, { ...input, path }));
    if (other !== undefined && other !== winner) {
      return `spelled ${path} it would be for policy "${other.policy.name}"`;
    }
  }
  return compiled.foldingMatters ? reachedWhenFolded(compiled, input, winner) : undefined;
}

/** The reverse: the request is the plain spelling of what a pattern writes in capitals or with a final slash. */
function reachedWhenFolded(
  compiled: CompiledPolicies,
  input: MatchInput,
  winner: CompiledPolicy,
): string | undefined {
  const folded: MatchInput = { ...input, path: foldPath(input.path) };
  const winsByPath = !winsWithoutPath(winner, input);
  for (const policy of compiled.policies) {
    // What comes later cannot win over a policy that would match every spelling of this path.
    if (policy === winner && !winsByPath) return undefined;
    if (policy === winner || reaches(policy, input)) continue;
    if (policy.foldedMatchers.some((matcher) => matches(matcher, folded))) {
      return `a pattern of policy "${policy.policy.name}" differs from it in case or final slash only`;
    }
  }
  return undefined;
}

function winsWithoutPath({ reach, matchers }: CompiledPolicy, input: MatchInput): boolean {
  if (reach === 'rest') return true;
  return matchers.some((matcher) => matcher.path === undefined && matches(matcher, input));
}
