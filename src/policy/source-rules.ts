import type { EffectivePolicy } from '../session/effective-policy.ts';
import type { SourceRule } from '../session/session-store.ts';
import { parseDuration } from './duration.ts';
import type { SourceEntry } from './policy-file.ts';

/** Where nothing bounds a session: longer than any browser keeps a cookie. */
const UNBOUNDED_RETENTION_MS = 400 * 86_400_000;
const TOUCH_INTERVAL_DEFAULT_MAX_MS = 60_000;

/** Policies that read sessions and admit a source, in file order. */
export function admitting(
  policies: readonly EffectivePolicy[],
  source: string,
): readonly EffectivePolicy[] {
  return policies.filter(({ session, sources }) => session !== 'off' && sources.has(source));
}

/** What the store must know of a source, from the source itself and the policies that admit it. */
export function sourceRule(entry: SourceEntry, policies: readonly EffectivePolicy[]): SourceRule {
  const judges = admitting(policies, entry.name);
  return {
    source: entry.name,
    touchIntervalMs: touchIntervalMs(entry, judges),
    retentionMs: retentionMs(entry, judges),
    overLimits: judges
      .filter(({ mode }) => mode === 'enforce')
      .map(({ idleTimeoutMs, absoluteTimeoutMs }) => ({ idleTimeoutMs, absoluteTimeoutMs })),
  };
}

/** By default a tenth of the strictest idle timeout: a session may end early by at most that much. */
function touchIntervalMs(entry: SourceEntry, judges: readonly EffectivePolicy[]): number {
  if (entry.touch_interval !== undefined) return parseDuration(entry.touch_interval) ?? 0;
  const idlesMs = judges.map(({ idleTimeoutMs }) => idleTimeoutMs ?? Infinity);
  return Math.min(TOUCH_INTERVAL_DEFAULT_MAX_MS, Math.floor(Math.min(...idlesMs) / 10));
}

function retentionMs(entry: SourceEntry, judges: readonly EffectivePolicy[]): number {
  if (entry.credential_lifetime !== undefined) return parseDuration(entry.credential_lifetime) ?? 0;
  const absolutesMs = judges.map(
    ({ absoluteTimeoutMs }) => absoluteTimeoutMs ?? UNBOUNDED_RETENTION_MS,
  );
  return judges.length === 0 ? UNBOUNDED_RETENTION_MS : Math.max(...absolutesMs);
}
