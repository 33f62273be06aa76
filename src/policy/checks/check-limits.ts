import { readsSessions, sessionOf } from '../build/build-policy.ts';
import { formatDuration } from '../../terms/duration.ts';
import type { PolicyEntry } from '../file/policy-file.ts';
import type { Findings, Report } from '../file/problem.ts';
import type { ResolvedLimit } from '../build/resolve-limits.ts';
import { resolveLimits } from '../build/resolve-limits.ts';

/** The limits of one policy make sense together, and a loose limit has a justification. */
export function checkLimits(entry: PolicyEntry, { problem, warning }: Findings): void {
  if (!readsSessions(sessionOf(entry))) return;
  const { idle, absolute } = resolveLimits(entry);
  if (absolute.timeoutMs === undefined && entry.justification === undefined) {
    problem(
      ['absolute'],
      absolute.from === 'own' ? 'is off without a justification' : 'is missing',
      'every session needs an end: set `absolute`, or write absolute: off and explain why in `justification`',
    );
  }
  if (idle.timeoutMs === undefined && idle.from === 'none') {
    warning(['idle'], 'is missing, so there is no idle timeout', 'set `idle`, or write idle: off');
  }
  if ((idle.timeoutMs ?? 0) > (absolute.timeoutMs ?? Infinity)) {
    problem(
      [idle.from === 'own' ? 'idle' : 'absolute'],
      `the idle timeout (${limitText(idle)}) is longer than the absolute timeout (${limitText(absolute)})`,
      'shorten `idle` or lengthen `absolute`: such an idle timeout can never be reached',
    );
  }
  checkPreset('idle', idle, problem);
  checkPreset('absolute', absolute, problem);
}

function checkPreset(key: 'idle' | 'absolute', limit: ResolvedLimit, report: Report): void {
  const { preset, looserThanPreset, justification } = limit;
  if (preset === undefined || !looserThanPreset || justification !== undefined) return;
  const presetMs = key === 'idle' ? preset.idleTimeoutMs : preset.absoluteTimeoutMs;
  report(
    [key],
    `${limitText(limit)} is looser than the ${limitText({ ...limit, timeoutMs: presetMs })} of preset ${preset.name} (${preset.citation})`,
    'write a value within the preset, or explain why not in `justification`',
  );
}

function limitText({ timeoutMs }: ResolvedLimit): string {
  return timeoutMs === undefined ? 'off' : formatDuration(timeoutMs);
}
