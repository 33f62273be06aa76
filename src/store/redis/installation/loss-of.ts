import type { StoreLoss } from '../../installation.ts';
import type { Mark } from './mark.ts';

/** What partitions with these marks have lost, as one loss. `undefined` without any. */
export function lossOf(marks: readonly Mark[]): StoreLoss | undefined {
  if (marks.length === 0) return undefined;
  // A mark that was made again after everything was lost shows no renewal.
  const keptUntilMs = Math.min(...marks.map(({ keptUntilMs: kept = 0 }) => kept));
  return {
    partitions: marks.length,
    noticedAtMs: Math.max(...marks.map(({ begunAtMs }) => begunAtMs)),
    keptUntilMs: keptUntilMs === 0 ? undefined : keptUntilMs,
  };
}
