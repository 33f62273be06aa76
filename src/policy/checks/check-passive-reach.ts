import { reachOf } from '../build/build-policy.ts';
import type { DraftFile } from '../file/check-schema.ts';
import type { MatcherEntry, PolicyEntry } from '../file/policy-file.ts';
import type { Findings } from '../file/problem.ts';
import { matcherCovers } from '../selection/fields/matcher-fields.ts';
import { readHost } from '../selection/readings/read-host.ts';
import { coversPath, prepareMatcher, segmentsOf } from './prepared-matcher.ts';
import type { PreparedMatcher } from './prepared-matcher.ts';

type Paths = 'canonical' | 'literal';

/**
 * Rules times matchers that are compared. A file that has more is not searched for rules that an
 * earlier policy takes.
 */
const PAIRS_MAX = 4_000_000;

/** Every passive rule can match a request that its policy judges. */
export function checkPassiveReach({ policies, settings }: DraftFile, { assumed }: Findings): void {
  const paths = settings.ambiguous_paths === 'literal' ? 'literal' : 'canonical';
  const rules = count(policies, 'passive');
  const isComparable = rules * count(policies, 'match') <= PAIRS_MAX;
  const earlier: PreparedMatcher[] = [];
  policies.forEach((policy, i) => {
    // Requests of a policy that is broken might be any.
    if (policy === undefined || rules === 0) return;
    const own = (policy.match ?? [{}]).map((matcher) => prepareMatcher(matcher, paths));
    if (reachesByMatch(policy, i === policies.length - 1)) {
      policy.passive?.forEach((entry, j) => {
        const rule = prepareMatcher(entry, paths);
        if (own.some((matcher) => meet(matcher, rule, earlier, paths))) return;
        assumed(
          ['policies', i, 'passive', j],
          'is never used: no request that it matches is judged by this policy',
          'put it into the policy that judges these requests; `curfew explain` shows which one does',
        );
      });
    }
    if (isComparable && policy.match !== undefined) earlier.push(...own);
  });
}

function count(policies: DraftFile['policies'], list: 'match' | 'passive'): number {
  return policies.reduce((sum, policy) => sum + (policy?.[list]?.length ?? 0), 0);
}

/** A policy that routes may name judges any request. */
function reachesByMatch(policy: PolicyEntry, isLast: boolean): boolean {
  return policy.by_name !== true && reachOf(policy, isLast) !== 'name';
}

/** Whether some request fits both, and no earlier matcher takes all of those. */
function meet(
  own: PreparedMatcher,
  rule: PreparedMatcher,
  earlier: readonly PreparedMatcher[],
  paths: Paths,
): boolean {
  if (areDisjoint(own.entry, rule.entry, paths)) return false;
  return !earlier.some((matcher) => takesAll(matcher, own, rule, paths));
}

/** Field by field, because each field of the rule or of the policy narrows what is left. */
function takesAll(
  matcher: PreparedMatcher,
  own: PreparedMatcher,
  rule: PreparedMatcher,
  paths: Paths,
): boolean {
  if (!coversPath(matcher, own) && !coversPath(matcher, rule)) return false;
  return Object.entries(matcher.entry).every(
    ([field, wanted]) =>
      field === 'path' ||
      wanted === undefined ||
      matcherCovers({ [field]: wanted as unknown }, own.entry, paths) ||
      matcherCovers({ [field]: wanted as unknown }, rule.entry, paths),
  );
}

function areDisjoint(one: MatcherEntry, other: MatcherEntry, paths: Paths): boolean {
  return (
    differ(
      one.path,
      other.path,
      (a, b) => !pathsMeet(foldedSegments(a, paths), foldedSegments(b, paths)),
    ) ||
    differ(one.host, other.host, (a, b) => !hostsMeet(a, b)) ||
    differ(one.methods, other.methods, (a, b) => !methodsMeet(a, b)) ||
    differ(one.principal, other.principal, (a, b) => a !== b) ||
    differ(one.context, other.context, (a, b) =>
      Object.entries(a).some(([key, value]) => (b[key] ?? value) !== value),
    )
  );
}

function differ<Value>(
  one: Value | undefined,
  other: Value | undefined,
  areApart: (one: Value, other: Value) => boolean,
): boolean {
  return one !== undefined && other !== undefined && areApart(one, other);
}

/** Passive rules ignore case. */
function foldedSegments(path: string, paths: Paths): readonly string[] {
  return segmentsOf(path, paths === 'literal' ? 'literal' : 'folded');
}

function pathsMeet(one: readonly string[], other: readonly string[]): boolean {
  const [a, ...moreOfOne] = one;
  const [b, ...moreOfOther] = other;
  if (a === '**' || b === '**') return true;
  if (a === undefined || b === undefined) return a === b;
  const meets = a === '*' ? b !== '' : b === '*' ? a !== '' : a === b;
  return meets && pathsMeet(moreOfOne, moreOfOther);
}

function hostsMeet(one: string, other: string): boolean {
  const [a, b] = [readHost(one).normalised, readHost(other).normalised];
  if (a === b) return true;
  return endsLike(a, b) || endsLike(b, a);
}

/** `*.suffix` also meets a longer `*.suffix`. */
function endsLike(wide: string, narrow: string): boolean {
  return wide.startsWith('*.') && narrow.replace(/^\*/, '').endsWith(wide.slice(1));
}

/** A listed GET includes HEAD. */
function methodsMeet(one: readonly string[], other: readonly string[]): boolean {
  const all = (methods: readonly string[]): readonly string[] =>
    methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return all(one).some((method) => all(other).includes(method));
}
