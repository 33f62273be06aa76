import type { EffectivePolicy, OnExpiry } from '../../terms/effective-policy.ts';

/**
 * One policy that is as strict as several together, for a request that may belong to any of them. It
 * never ends a session and never redirects.
 * @param relevant at least one
 */
export function combinePolicies(relevant: readonly EffectivePolicy[]): EffectivePolicy {
  const idleTimeoutMs = smallest(relevant.map((policy) => policy.idleTimeoutMs));
  const sources = intersection(relevant.map((policy) => policy.sources));
  const strictest = relevant.find((policy) => policy.idleTimeoutMs === idleTimeoutMs);
  return {
    name: strictest?.name ?? '',
    idleTimeoutMs,
    absoluteTimeoutMs: smallest(relevant.map((policy) => policy.absoluteTimeoutMs)),
    session: strictestSession(relevant),
    mode: relevant.some(({ mode }) => mode === 'enforce') ? 'enforce' : 'observe',
    onExpiry: new Map([...sources].map((source): [string, OnExpiry] => [source, 'challenge'])),
    sources,
    leave: intersection(relevant.map(({ leave }) => leave)),
    maxStalenessMs: Math.min(...relevant.map(({ maxStalenessMs }) => maxStalenessMs)),
    streams: relevant.every(({ streams }) => streams === 'active') ? 'active' : 'passive',
    streamMaxMs: strictestStreamMs(relevant),
    streamCut: relevant.some(({ streamCut }) => streamCut),
    loginUrl: undefined,
    returnHosts: new Set(),
    corsOrigins: intersection(relevant.map(({ corsOrigins }) => corsOrigins)),
    exposeLifetime: relevant.every(({ exposeLifetime }) => exposeLifetime),
  };
}

const STRICTEST_FIRST: readonly EffectivePolicy['session'][] = [
  'required',
  'optional',
  'ends',
  'login',
  'off',
];

function strictestSession(policies: readonly EffectivePolicy[]): EffectivePolicy['session'] {
  const has = (word: EffectivePolicy['session']): boolean =>
    policies.some(({ session }) => session === word);
  return STRICTEST_FIRST.find(has) ?? 'off';
}

/**
 * If no policy sets a bound, the idle timeout is the default as usual. If one does, the others count
 * with their default.
 */
function strictestStreamMs(policies: readonly EffectivePolicy[]): number | undefined {
  if (policies.every(({ streamMaxMs }) => streamMaxMs === undefined)) return undefined;
  return smallest(policies.map(({ streamMaxMs, idleTimeoutMs }) => streamMaxMs ?? idleTimeoutMs));
}

/** `undefined` means without a limit. */
function smallest(limitsMs: readonly (number | undefined)[]): number | undefined {
  const set = limitsMs.filter((limitMs) => limitMs !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}

function intersection(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const [first, ...others] = sets;
  return new Set([...(first ?? [])].filter((entry) => others.every((set) => set.has(entry))));
}
