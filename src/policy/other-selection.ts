import type { MatchInput } from './compile-matcher.ts';
import { matches } from './compile-matcher.ts';
import type { CompiledPolicies, CompiledPolicy } from './compiled-policy.ts';
import { reaches } from './compiled-policy.ts';
import { spellLike } from './path-pattern.ts';
import { foldPath } from './read-path.ts';

/**
 * Why a well-formed path could still belong to another policy, or `undefined`: applications differ in whether case,
 * a final slash and the escapes of reserved characters matter, and the file does not say how this one reads them.
 * @param otherSpellings plainer spellings of the path
 * @param winner the policy that is selected for the path as it is
 */
export function otherSelection(
  compiled: CompiledPolicies,
  input: MatchInput,
  otherSpellings: readonly string[],
  winner: CompiledPolicy,
): string | undefined {
  const spellings = compiled.foldingMatters
    ? [...otherSpellings, ...spellingsOfPatterns(compiled, input, otherSpellings)]
    : otherSpellings;
  for (const path of spellings) {
    const other = compiled.policies.find((policy) => reaches(policy, { ...input, path }));
    if (other !== undefined && other !== winner) {
      return `spelled ${path} it would be for policy "${other.policy.name}"`;
    }
  }
  return undefined;
}

/** The reverse: what the path would be, were it spelled as in a pattern with capitals or a final slash. */
function spellingsOfPatterns(
  { policies }: CompiledPolicies,
  input: MatchInput,
  otherSpellings: readonly string[],
): ReadonlySet<string> {
  const folded: MatchInput = { ...input, path: foldPath(input.path) };
  const spellings = new Set<string>();
  for (const { matchers, foldedMatchers } of policies) {
    for (const [i, { path: pattern }] of matchers.entries()) {
      const tolerant = foldedMatchers[i];
      if (pattern === undefined || tolerant === undefined || !matches(tolerant, folded)) continue;
      for (const path of [input.path, ...otherSpellings]) spellings.add(spellLike(pattern, path));
    }
  }
  return spellings;
}
