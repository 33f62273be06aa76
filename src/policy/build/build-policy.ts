import type { EffectivePolicy } from '../../terms/effective-policy.ts';
import { CompiledPolicies } from '../selection/compiled-policies.ts';
import type { CompiledPolicy } from '../selection/compiled-policy.ts';
import { compileMatchers } from '../selection/compiled-policy.ts';
import { parseDuration } from '../../terms/duration.ts';
import { readHost } from '../selection/readings/read-host.ts';
import type { Source } from '../../terms/source.ts';
import type { PolicyEntry, PolicyFile } from '../file/policy-file.ts';
import type { Steps } from '../steps.ts';
import { allAtOnce, eachInSteps } from '../steps.ts';
import { expiryChooser, type ExpiryChoice } from './expiry-choice.ts';
import { resolveLimits } from './resolve-limits.ts';

/** The policies of a file, with defaults filled in. */
export function effectivePolicies(
  entries: readonly PolicyEntry[],
  sources: readonly Source[],
): readonly EffectivePolicy[] {
  return allAtOnce(fillInDefaults(entries, sources));
}

function* fillInDefaults(
  entries: readonly PolicyEntry[],
  sources: readonly Source[],
): Steps<readonly EffectivePolicy[]> {
  const all = yield* eachInSteps(entries, (entry) => ownSettings(entry, sources));
  // One source at a time, because each is compared with all policies.
  const choosers = yield* eachInSteps(sources, (source) => expiryChooser(all, [source]));
  return yield* eachInSteps(all, (policy, i) => {
    const chosen = choosers.flatMap((choose) => [...choose(policy, entries[i]?.on_expiry)]);
    const onExpiry = new Map(chosen.map(([source, choice]) => [source, choice.onExpiry]));
    return { ...policy, onExpiry };
  });
}

/** For each policy of a file: what it does with expired sessions of each source, and why. */
export function expiryOf(
  entries: readonly PolicyEntry[],
  sources: readonly Source[],
): readonly ReadonlyMap<string, ExpiryChoice>[] {
  const all = entries.map((entry) => ownSettings(entry, sources));
  const choose = expiryChooser(all, sources);
  return all.map((policy, i) => choose(policy, entries[i]?.on_expiry));
}

/** What a policy says without regard to other policies. */
function ownSettings(
  entry: PolicyEntry,
  sources: readonly Source[],
): Omit<EffectivePolicy, 'onExpiry'> {
  const session = sessionOf(entry);
  const { idle, absolute } = resolveLimits(entry);
  const hasLimits = readsSessions(session);
  const names = sources.map(({ name }) => name);
  const leave = new Set(entry.leave);
  return {
    name: entry.name,
    idleTimeoutMs: hasLimits ? idle.timeoutMs : undefined,
    absoluteTimeoutMs: hasLimits ? absolute.timeoutMs : undefined,
    session,
    mode: entry.mode ?? 'enforce',
    sources: new Set(entry.sources ?? names.filter((name) => !leave.has(name))),
    leave,
    maxStalenessMs: stalenessOf(entry),
    streams: entry.streams ?? 'passive',
    streamMaxMs: entry.stream_max === undefined ? undefined : parseDuration(entry.stream_max),
    streamCut: entry.stream_cut !== false && entry.stream_cut !== 'off',
    loginUrl: entry.login_url,
    returnHosts: new Set(entry.return_hosts?.map((host) => readHost(host).normalised)),
    corsOrigins: new Set(entry.cors_origins?.map((origin) => origin.toLowerCase())),
    exposeLifetime: entry.expose_lifetime ?? false,
  };
}

// What a file means that does not say.
const MAX_STALENESS_DEFAULT_MS = 1_000;

function stalenessOf({ max_staleness: written }: PolicyEntry): number {
  return (written === undefined ? undefined : parseDuration(written)) ?? MAX_STALENESS_DEFAULT_MS;
}

/**
 * Whether a policy needs a session, or ends it. Readers of YAML 1.1 turn `off` into `false`.
 */
export function sessionOf({
  session,
  ends_session: endsSession,
}: Pick<PolicyEntry, 'session' | 'ends_session'>): EffectivePolicy['session'] {
  if (endsSession === true) return 'ends';
  return session === false ? 'off' : (session ?? 'required');
}

/**
 * How requests reach a policy. One without `match` is the last one, which matches the rest, or is
 * used by name only.
 */
export function reachOf(entry: PolicyEntry, isLast: boolean): CompiledPolicy['reach'] {
  if (entry.match !== undefined) return 'matchers';
  return isLast || entry.by_name !== true ? 'rest' : 'name';
}

/** Whether policies with this word have limits: the others let every request through. */
export function readsSessions(session: EffectivePolicy['session']): boolean {
  return session === 'required' || session === 'optional';
}

/** How a file reads requests. */
export type ReadingKeys = Pick<PolicyFile, 'ambiguous_paths' | 'host_ports'>;

/** Prepares all policies of a file for selection. */
export function compilePolicies(
  entries: readonly PolicyEntry[],
  sources: readonly Source[],
  keys: ReadingKeys,
): CompiledPolicies {
  return allAtOnce(compileInSteps(entries, sources, keys));
}

/** The same, in small steps. */
export function* compileInSteps(
  entries: readonly PolicyEntry[],
  sources: readonly Source[],
  keys: ReadingKeys,
): Steps<CompiledPolicies> {
  const paths = keys.ambiguous_paths ?? 'strictest';
  const effective = yield* fillInDefaults(entries, sources);
  const policies = yield* eachInSteps(entries, (entry, i): CompiledPolicy[] => {
    const policy = effective[i];
    if (policy === undefined) return [];
    const reach = reachOf(entry, i === entries.length - 1);
    return [{ policy, reach, byName: entry.by_name ?? false, ...compileMatchers(entry, paths) }];
  });
  const hostPorts = keys.host_ports ?? 'judged';
  return yield* CompiledPolicies.of(policies.flat(), { paths, hostPorts });
}
