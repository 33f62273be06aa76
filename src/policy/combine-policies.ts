import type { EffectivePolicy } from '../session/effective-policy.ts';

/**
 * The strictest of several policies together, for a request of which nobody can say which one it belongs to.
 * It ends nothing and redirects nowhere. Policies with `session: off` have no say in what the others ask for.
 * @param policies at least one
 */
export function combinePolicies(policies: readonly EffectivePolicy[]): EffectivePolicy {
  const reading = policies.filter(({ session }) => session !== 'off');
  const judging = reading.length > 0 ? reading : policies;
  const idleTimeoutMs = smallest(judging.map((policy) => policy.idleTimeoutMs));
  const strictest = judging.find((policy) => policy.idleTimeoutMs === idleTimeoutMs);
  return {
    name: strictest?.name ?? '',
    idleTimeoutMs,
    absoluteTimeoutMs: smallest(judging.map((policy) => policy.absoluteTimeoutMs)),
    session: strictestSession(judging),
    mode: judging.some(({ mode }) => mode === 'enforce') ? 'enforce' : 'observe',
    onExpiry: 'challenge',
    sources: intersection(judging.map(({ sources }) => sources)),
    streamMaxMs: strictestStreamMs(judging),
    streamCut: judging.some(({ streamCut }) => streamCut),
    loginUrl: undefined,
    returnHosts: new Set(),
    corsOrigins: intersection(judging.map(({ corsOrigins }) => corsOrigins)),
    exposeLifetime: judging.every(({ exposeLifetime }) => exposeLifetime),
  };
}

function strictestSession(policies: readonly EffectivePolicy[]): EffectivePolicy['session'] {
  if (policies.some(({ session }) => session === 'required')) return 'required';
  return policies.some(({ session }) => session === 'optional') ? 'optional' : 'off';
}

/** Without any explicit bound the smallest idle timeout is the default; with one, others count by their default. */
function strictestStreamMs(policies: readonly EffectivePolicy[]): number | undefined {
  if (policies.every(({ streamMaxMs }) => streamMaxMs === undefined)) return undefined;
  return smallest(policies.map(({ streamMaxMs, idleTimeoutMs }) => streamMaxMs ?? idleTimeoutMs));
}

/** `undefined` is no limit. */
function smallest(limitsMs: readonly (number | undefined)[]): number | undefined {
  const set = limitsMs.filter((limitMs) => limitMs !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}

function intersection(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const [first, ...others] = sets;
  return new Set([...(first ?? [])].filter((entry) => others.every((set) => set.has(entry))));
}
