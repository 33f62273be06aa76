import type { PathComparison } from './compile-matcher.ts';
import { comparablePath } from './compile-matcher.ts';
import { hostCovers, readHost } from './host-name.ts';
import { pathCovers } from './path-pattern.ts';
import type { HeaderMatchEntry, MatcherEntry } from './policy-file.ts';

/** True when, field by field, everything that `narrow` matches is matched by `wide`, too. */
export function matcherCovers(
  wide: MatcherEntry,
  narrow: MatcherEntry,
  paths: PathComparison,
): boolean {
  return (
    (wide.host === undefined || hostFieldCovers(wide.host, narrow.host)) &&
    (wide.path === undefined || pathFieldCovers(wide.path, narrow.path, paths)) &&
    (wide.methods === undefined ||
      (narrow.methods?.every((m) => wide.methods?.includes(m)) ?? false)) &&
    (wide.principal === undefined || wide.principal === narrow.principal) &&
    (wide.header === undefined || headerCovers(wide.header, narrow.header)) &&
    Object.entries(wide.context ?? {}).every(([key, value]) => narrow.context?.[key] === value)
  );
}

function hostFieldCovers(wide: string, narrow: string | undefined): boolean {
  return narrow !== undefined && hostCovers(readHost(wide).normalised, readHost(narrow).normalised);
}

function pathFieldCovers(wide: string, narrow: string | undefined, paths: PathComparison): boolean {
  // "/**" is every path, hence no condition at all for one that begins with "/".
  if (narrow === undefined) return false;
  const segments = (written: string): string[] =>
    comparablePath(written, paths).slice(1).split('/');
  return pathCovers(segments(wide), segments(narrow));
}

function headerCovers(wide: HeaderMatchEntry, narrow: HeaderMatchEntry | undefined): boolean {
  if (wide.name.toLowerCase() !== narrow?.name.toLowerCase()) return false;
  return wide.value === undefined || wide.value === narrow.value;
}
