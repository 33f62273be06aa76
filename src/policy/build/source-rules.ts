import type { EffectivePolicy } from '../../terms/effective-policy.ts';
import type { EndLimits, SourceRule } from '../../session/session-store.ts';
import { readsSessions } from './build-policy.ts';
import { parseDuration } from '../../terms/duration.ts';
import type { SourceEntry } from '../file/policy-file.ts';

/** For a session without any limit: longer than browsers keep a cookie. */
const UNBOUNDED_RETENTION_MS = 400 * 86_400_000;
const TOUCH_INTERVAL_DEFAULT_MAX_MS = 60_000;

/** The policies with limits for the sessions of a source, in file order. */
export function readersOf(
  policies: readonly EffectivePolicy[],
  source: string,
): readonly EffectivePolicy[] {
  return policies.filter(({ session, sources }) => readsSessions(session) && sources.has(source));
}

/** What the store must know of a source, from the source itself and the policies that use it. */
export function sourceRule(entry: SourceEntry, policies: readonly EffectivePolicy[]): SourceRule {
  const readers = readersOf(policies, entry.name);
  const enforcing = readers.filter(({ mode }) => mode === 'enforce');
  return {
    source: entry.name,
    touchIntervalMs: touchIntervalMs(entry, readers),
    retentionMs: retentionMs(entry, readers),
    overLimits: enforcing.map(({ name, idleTimeoutMs, absoluteTimeoutMs }) => ({
      policy: name,
      idleTimeoutMs,
      absoluteTimeoutMs,
    })),
    endLimits: strictestLimits(
      enforcing.filter(({ onExpiry }) => onExpiry.get(entry.name) === 'end'),
    ),
  };
}

/**
 * The limits of these policies that can be the first to be reached: those for which no other limits
 * are at most as long in both timeouts. Of equal limits the first in the file is kept.
 */
function strictestLimits(policies: readonly EffectivePolicy[]): readonly EndLimits[] {
  const sorted = policies.toSorted(
    (one, other) =>
      compare(one.idleTimeoutMs, other.idleTimeoutMs) ||
      compare(one.absoluteTimeoutMs, other.absoluteTimeoutMs),
  );
  const strictest: EndLimits[] = [];
  for (const { name, idleTimeoutMs, absoluteTimeoutMs } of sorted) {
    const last = strictest.at(-1);
    if (last !== undefined && compare(absoluteTimeoutMs, last.absoluteTimeoutMs) >= 0) continue;
    strictest.push({ policy: name, idleTimeoutMs, absoluteTimeoutMs });
  }
  return strictest;
}

/** `undefined` means without a limit. Not a subtraction: Infinity - Infinity is NaN. */
function compare(oneMs: number | undefined, otherMs: number | undefined): number {
  const [one, other] = [oneMs ?? Infinity, otherMs ?? Infinity];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** By default a tenth of the shortest idle timeout. A session may end early by at most this much. */
function touchIntervalMs(entry: SourceEntry, readers: readonly EffectivePolicy[]): number {
  if (entry.touch_interval !== undefined) return parseDuration(entry.touch_interval) ?? 0;
  const idlesMs = readers.map(({ idleTimeoutMs }) => idleTimeoutMs ?? Infinity);
  return Math.min(TOUCH_INTERVAL_DEFAULT_MAX_MS, Math.floor(Math.min(...idlesMs) / 10));
}

function retentionMs(entry: SourceEntry, readers: readonly EffectivePolicy[]): number {
  if (entry.credential_lifetime !== undefined) return parseDuration(entry.credential_lifetime) ?? 0;
  const absolutesMs = readers.map(
    ({ absoluteTimeoutMs }) => absoluteTimeoutMs ?? UNBOUNDED_RETENTION_MS,
  );
  return readers.length === 0 ? UNBOUNDED_RETENTION_MS : Math.max(...absolutesMs);
}
