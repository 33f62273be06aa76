import type { EffectivePolicy } from '../session/effective-policy.ts';
import type { PathComparison } from './compile-matcher.ts';
import { comparablePath, compileMatcher } from './compile-matcher.ts';
import type { CompiledPolicies, CompiledPolicy } from './compiled-policy.ts';
import { parseDuration } from './duration.ts';
import { readHost } from './host-name.ts';
import type { PolicyEntry } from './policy-file.ts';
import { resolveLimits } from './resolve-limits.ts';

/** One policy as the file says it, with defaults filled in. */
export function effectivePolicy(
  entry: PolicyEntry,
  sourceNames: readonly string[],
): EffectivePolicy {
  const session = sessionOf(entry);
  const { idle, absolute } = resolveLimits(entry);
  return {
    name: entry.name,
    idleTimeoutMs: session === 'off' ? undefined : idle.timeoutMs,
    absoluteTimeoutMs: session === 'off' ? undefined : absolute.timeoutMs,
    session,
    mode: entry.mode ?? 'enforce',
    onExpiry: entry.on_expiry ?? 'end',
    sources: new Set(entry.sources ?? sourceNames),
    streamMaxMs: entry.stream_max === undefined ? undefined : parseDuration(entry.stream_max),
    streamCut: entry.stream_cut !== false && entry.stream_cut !== 'off',
    loginUrl: entry.login_url,
    returnHosts: new Set(entry.return_hosts?.map((host) => readHost(host).normalised)),
    corsOrigins: new Set(entry.cors_origins?.map((origin) => origin.toLowerCase())),
    exposeLifetime: entry.expose_lifetime ?? false,
  };
}

/** Whether a policy needs a session: YAML 1.1 readers turn `off` into `false`. */
export function sessionOf({ session }: PolicyEntry): EffectivePolicy['session'] {
  return session === false ? 'off' : (session ?? 'required');
}

/** How a policy is reached. One without `match` is the last, which catches the rest, or is reached by name. */
export function reachOf(entry: PolicyEntry, isLast: boolean): CompiledPolicy['reach'] {
  if (entry.match !== undefined) return 'matchers';
  return isLast || entry.by_name !== true ? 'rest' : 'name';
}

/** Prepares all policies of a file for selection. */
export function compilePolicies(
  entries: readonly PolicyEntry[],
  sourceNames: readonly string[],
  paths: 'strictest' | 'literal',
): CompiledPolicies {
  const comparison: PathComparison = paths === 'literal' ? 'literal' : 'canonical';
  const compile = (list: PolicyEntry['match'], how: PathComparison) =>
    (list ?? []).map((matcher) => compileMatcher(matcher, how));
  const policies = entries.map((entry, i) => ({
    policy: effectivePolicy(entry, sourceNames),
    reach: reachOf(entry, i === entries.length - 1),
    byName: entry.by_name ?? false,
    matchers: compile(entry.match, comparison),
    foldedMatchers: compile(entry.match, 'folded'),
    passive: compile(entry.passive, paths === 'literal' ? 'literal' : 'folded'),
  }));
  return { policies, paths, foldingMatters: paths === 'strictest' && entries.some(hasFoldable) };
}

/** Some pattern is not its own plainest spelling. */
function hasFoldable({ match }: PolicyEntry): boolean {
  return (match ?? []).some(
    ({ path }) =>
      path !== undefined && comparablePath(path, 'canonical') !== comparablePath(path, 'folded'),
  );
}
