import type { PassiveEntry } from '../file/policy-file.ts';
import type { PathComparison } from '../selection/fields/matcher-field.ts';
import { pathCovers } from '../selection/fields/path-pattern.ts';
import { comparablePath } from '../selection/fields/path.ts';

/** A matcher whose path is prepared, because checks compare each with thousands of others. */
export interface PreparedMatcher {
  readonly entry: PassiveEntry;
  readonly segments: readonly string[] | undefined;
}

export function prepareMatcher(entry: PassiveEntry, paths: PathComparison): PreparedMatcher {
  const segments = entry.path === undefined ? undefined : segmentsOf(entry.path, paths);
  return { entry, segments };
}

/** Whether `wide` admits every path that `narrow` admits. */
export function coversPath(wide: PreparedMatcher, narrow: PreparedMatcher): boolean {
  if (wide.segments === undefined) return true;
  // A matcher without a path also admits paths that do not begin with "/", which "/**" does not.
  return narrow.segments !== undefined && pathCovers(wide.segments, narrow.segments);
}

/** The segments of a path pattern, in the spelling in which they are compared. */
export function segmentsOf(path: string, paths: PathComparison): readonly string[] {
  return comparablePath(path, paths).slice(1).split('/');
}
