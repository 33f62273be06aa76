/** A compiled path pattern. */
export interface PathPattern {
  readonly written: string;
  /** Without the leading empty one; a final empty segment is a final slash. */
  readonly segments: readonly string[];
  matches(path: string): boolean;
}

/** Compiles `/a`, `/a/*`, `/a/**`. `*` is one whole non-empty segment; a final `**` zero or more. */
export function compilePath(written: string): PathPattern {
  const segments = written.slice(1).split('/');
  return { written, segments, matches: pathTest(written, segments) };
}

function pathTest(written: string, segments: readonly string[]): (path: string) => boolean {
  const open = segments.at(-1) === '**';
  const fixed = open ? segments.slice(0, -1) : segments;
  if (fixed.includes('*')) return (path) => matchSegments(fixed, open, path);
  if (!open) return (path) => path === written;
  const base = fixed.length === 0 ? '' : `/${fixed.join('/')}`;
  const below = `${base}/`;
  return (path) => path.startsWith(below) || (base !== '' && path === base);
}

function matchSegments(fixed: readonly string[], open: boolean, path: string): boolean {
  if (!path.startsWith('/')) return false;
  let at = 1;
  for (const [i, wanted] of fixed.entries()) {
    if (i > 0) {
      if (path[at] !== '/') return false;
      at += 1;
    }
    const slash = path.indexOf('/', at);
    const end = slash === -1 ? path.length : slash;
    const holds =
      wanted === '*' ? end > at : end - at === wanted.length && path.startsWith(wanted, at);
    if (!holds) return false;
    at = end;
  }
  return at === path.length || (open && path[at] === '/');
}

/** True when every path that `narrow` matches is matched by `wide`, too. */
export function pathCovers(wide: readonly string[], narrow: readonly string[]): boolean {
  for (const [i, wanted] of wide.entries()) {
    if (wanted === '**') return true;
    const given = narrow[i];
    if (given === undefined || given === '**') return false;
    if (wanted === '*' ? given === '' : given !== wanted) return false;
  }
  return narrow.length === wide.length;
}

/** What is wrong with a pattern, or `undefined`. With `literal` paths nothing is decoded, so more can be matched. */
export function pathPatternFault(
  written: string,
  paths: 'strictest' | 'literal',
): string | undefined {
  const segments = written.slice(1).split('/');
  for (const [i, segment] of segments.entries()) {
    if (segment === '**' && i < segments.length - 1) return '"**" may only be the last segment';
    if (segment.includes('*') && segment !== '*' && segment !== '**') {
      return '"*" stands for a whole segment, and cannot be part of one';
    }
    if (paths === 'literal') continue;
    if (segment === '' && i < segments.length - 1) return 'has an empty segment ("//")';
    if (segment === '.' || segment === '..') return 'has a dot segment';
  }
  return undefined;
}
