import { sessionOf } from './build-policy.ts';
import { formatDuration } from './duration.ts';
import type { PolicyEntry } from './policy-file.ts';
import type { Report } from './problem.ts';
import type { ResolvedLimit } from './resolve-limits.ts';
import { resolveLimits } from './resolve-limits.ts';

/** The limits of one policy make sense together, and whatever is loose says why. */
export function checkLimits(entry: PolicyEntry, report: Report, warn: Report): void {
  if (sessionOf(entry) === 'off') return;
  const { idle, absolute } = resolveLimits(entry);
  if (absolute.timeoutMs === undefined && entry.justification === undefined) {
    report(
      ['absolute'],
      absolute.from === 'own' ? 'off without a justification' : 'is missing',
      'every session needs an end: set `absolute`, or write absolute: off and say why in `justification`',
    );
  }
  if (idle.timeoutMs === undefined && idle.from === 'none') {
    warn(['idle'], 'is missing, so there is no idle timeout', 'write idle: off if that is meant');
  }
  if ((idle.timeoutMs ?? 0) > (absolute.timeoutMs ?? Infinity)) {
    report(
      [idle.from === 'own' ? 'idle' : 'absolute'],
      `the idle timeout (${limitText(idle)}) is longer than the absolute timeout (${limitText(absolute)})`,
      'it could never be reached',
    );
  }
  checkPreset('idle', idle, report);
  checkPreset('absolute', absolute, report);
}

function checkPreset(key: 'idle' | 'absolute', limit: ResolvedLimit, report: Report): void {
  const { preset, looserThanPreset, justification } = limit;
  if (preset === undefined || !looserThanPreset || justification !== undefined) return;
  const presetMs = key === 'idle' ? preset.idleTimeoutMs : preset.absoluteTimeoutMs;
  report(
    [key],
    `${limitText(limit)} is looser than the ${limitText({ ...limit, timeoutMs: presetMs })} of preset ${preset.name} (${preset.citation})`,
    'tighten it, or say why in `justification`',
  );
}

function limitText({ timeoutMs }: ResolvedLimit): string {
  return timeoutMs === undefined ? 'off' : formatDuration(timeoutMs);
}
