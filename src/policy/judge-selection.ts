import type { Selection } from '../session/effective-policy.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import { combinePolicies } from './combine-policies.ts';
import type { MatcherField, MatchInput } from './compile-matcher.ts';
import { matches } from './compile-matcher.ts';
import type { CompiledPolicies, CompiledPolicy } from './compiled-policy.ts';
import { reaches } from './compiled-policy.ts';
import type { HostReading } from './host-name.ts';
import { readHost } from './host-name.ts';
import { otherSelection } from './other-selection.ts';
import { passiveHint } from './passive-hint.ts';
import type { UnknownPolicyName } from './policy-set.ts';
import type { PathReading } from './read-path.ts';
import { foldPath, readPath } from './read-path.ts';

/** Key of a route's context_extensions that names the policy. */
export const POLICY_NAME_KEY = 'curfew-policy';

/** How a request was judged: the selection, and all that explains it. */
export interface Judgement {
  readonly selection: Selection | UnknownPolicyName;
  readonly input: MatchInput;
  readonly host: HostReading;
  readonly path: PathReading;
  /** Why several policies judge together, or `undefined`. */
  readonly ambiguity: string | undefined;
  /** The policies that judge, in file order. */
  readonly judging: readonly CompiledPolicy[];
  /** Why the request is no activity, or `undefined`. */
  readonly passive: string | undefined;
}

const PATH: ReadonlySet<MatcherField> = new Set(['path']);
const PATH_AND_HOST: ReadonlySet<MatcherField> = new Set(['path', 'host']);

/** Selects the policy for a request. Total: the last policy catches everything. */
export function judgeSelection(compiled: CompiledPolicies, facts: RequestFacts): Judgement {
  const host = readHost(facts.host);
  const path = compiled.paths === 'literal' ? literalReading(facts.path) : readPath(facts.path);
  const input = matchInput(facts, host.normalised, path.normalised);
  const named = facts.context.get(POLICY_NAME_KEY);
  let ambiguity = host.malformed ? 'malformed host' : path.ambiguity;
  let judging: readonly CompiledPolicy[];
  if (named !== undefined) {
    judging = compiled.policies.filter(({ byName, policy }) => byName && policy.name === named);
    if (judging.length === 0) {
      const selection = { kind: 'unknown_policy_name' } as const;
      return { selection, input, host, path, ambiguity, judging, passive: undefined };
    }
  } else {
    const winner = firstReached(compiled, input);
    ambiguity ??= otherSelection(compiled, input, path.otherSpellings, winner);
    judging = [winner];
    if (ambiguity !== undefined) {
      const ignored = ignoredFields(host);
      judging = compiled.policies.filter((policy) => reaches(policy, input, ignored));
    }
  }
  const passive =
    passiveHint(facts) ?? passiveRule(compiled, judging, input, ambiguity && ignoredFields(host));
  const selection = selectionOf(judging, ambiguity !== undefined, passive !== undefined);
  return { selection, input, host, path, ambiguity, judging, passive };
}

/** The first policy that reaches a request. */
export function firstReached({ policies }: CompiledPolicies, input: MatchInput): CompiledPolicy {
  for (const policy of policies) if (reaches(policy, input)) return policy;
  throw new Error('a policy file without a policy that catches everything was accepted');
}

function selectionOf(
  judging: readonly CompiledPolicy[],
  ambiguousPath: boolean,
  passive: boolean,
): Selection {
  const [first] = judging;
  const policy =
    ambiguousPath || first === undefined
      ? combinePolicies(judging.map((member) => member.policy))
      : first.policy;
  return { policy, ambiguousPath, passive };
}

/** The passive rule that holds. On an ambiguous path those for other paths might hold, so they do. */
function passiveRule(
  compiled: CompiledPolicies,
  judging: readonly CompiledPolicy[],
  request: MatchInput,
  ignored: ReadonlySet<MatcherField> | '' | undefined,
): string | undefined {
  if (judging.every(({ passive }) => passive.length === 0)) return undefined;
  const input = passiveInput(compiled, request);
  for (const { policy, passive } of judging) {
    for (const matcher of passive) {
      if (!matches(matcher, input, ignored || undefined)) continue;
      const rule = matcher.tests.map(({ field, wanted }) => `${field} ${wanted}`).join(', ');
      return `passive rule of "${policy.name}": ${rule}`;
    }
  }
  return undefined;
}

/**
 * What passive rules look at: case and final slash of the path do not matter, since a client must not keep a session
 * alive by spelling the path of its polling differently.
 */
export function passiveInput({ paths }: CompiledPolicies, input: MatchInput): MatchInput {
  return paths === 'literal' ? input : { ...input, path: foldPath(input.path) };
}

function ignoredFields(host: HostReading): ReadonlySet<MatcherField> {
  return host.malformed ? PATH_AND_HOST : PATH;
}

function literalReading(target: string): PathReading {
  return { normalised: literalPath(target), ambiguity: undefined, otherSpellings: [] };
}

/** The path as it was sent, without the query. */
export function literalPath(target: string): string {
  const queryAt = target.indexOf('?');
  return queryAt === -1 ? target : target.slice(0, queryAt);
}

/** What matchers look at in a request. */
export function matchInput(facts: RequestFacts, host: string, path: string): MatchInput {
  const { method, headers, principal, context } = facts;
  return { host, path, method, headers, principal, context };
}
