import { canonicalPath, withoutFinalSlash } from '../readings/canonical-text.ts';
import { decodeEscapes } from '../readings/decode-escapes.ts';
import { withoutCase } from '../readings/path-steps.ts';
import type { FieldRule, PathComparison } from './matcher-field.ts';
import { compilePath, pathCovers, pathMatches } from './path-pattern.ts';

/** `path`: a pattern of whole segments. */
export const pathField: FieldRule<string> = {
  testsOf(written, paths) {
    const pattern = compilePath(comparablePath(written, paths));
    return [
      {
        field: 'path',
        wanted: written,
        passes: ({ path }) => pathMatches(pattern, path),
        found: ({ path }) => path,
      },
    ];
  },
  covers(wide, narrow, paths) {
    // A matcher without a path also admits paths that do not begin with "/", which "/**" does not.
    if (narrow === undefined) return false;
    return pathCovers(segmentsOf(wide, paths), segmentsOf(narrow, paths));
  },
  headersOf: () => [],
};

/** A path pattern in the spelling that request paths are brought into before they are compared. */
export function comparablePath(written: string, paths: PathComparison): string {
  if (paths === 'literal') return written;
  const canonical = withoutFinalSlash(canonicalPath(written));
  switch (paths) {
    case 'canonical':
      return canonical;
    case 'canonical-folded':
      return canonical.toLowerCase();
    case 'decoded':
      return withoutFinalSlash(decodeEscapes(canonical));
    case 'folded':
      return withoutFinalSlash(withoutCase(decodeEscapes(canonical)));
    default:
      return paths satisfies never;
  }
}

function segmentsOf(written: string, paths: PathComparison): readonly string[] {
  return comparablePath(written, paths).slice(1).split('/');
}
