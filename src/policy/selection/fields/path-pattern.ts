/** A compiled path pattern. Plain data of one shape, because a check compares dozens of them. */
export interface PathPattern {
  readonly kind: 'exact' | 'below' | 'segments';
  /** The text that every matching path begins with; the whole path for `exact`. */
  readonly head: string;
  /** Without the first, empty one and a final `**`. A final empty segment means a final slash. */
  readonly segments: readonly string[];
  /** Whether it ends in `**`. */
  readonly open: boolean;
}

/** Compiles `/a`, `/a/*`, `/a/**`. `*` is one whole non-empty segment; a final `**` zero or more. */
export function compilePath(written: string): PathPattern {
  const all = written.slice(1).split('/');
  const open = all.at(-1) === '**';
  const segments = open ? all.slice(0, -1) : all;
  const star = segments.indexOf('*');
  if (star !== -1) {
    const head = `/${segments.slice(0, star).join('/')}`;
    return { kind: 'segments', head, segments, open };
  }
  if (!open) return { kind: 'exact', head: written, segments, open };
  return {
    kind: 'below',
    head: segments.length === 0 ? '/' : `/${segments.join('/')}`,
    segments,
    open,
  };
}

/** Whether a path, in the spelling of the pattern, matches it. */
export function pathMatches(pattern: PathPattern, path: string): boolean {
  const { kind, head } = pattern;
  // Most patterns are for other paths, and differ in length or in the last character of the head.
  if (path.length < head.length) return false;
  if (path.charCodeAt(head.length - 1) !== head.charCodeAt(head.length - 1)) return false;
  if (kind === 'exact') return path === head;
  if (!path.startsWith(head)) return false;
  if (kind === 'segments') return segmentsMatch(pattern, path);
  return head === '/' || path.length === head.length || path[head.length] === '/';
}

function segmentsMatch({ segments, open }: PathPattern, path: string): boolean {
  let at = 0;
  for (const wanted of segments) {
    if (path[at] !== '/') return false;
    const begin = at + 1;
    const slash = path.indexOf('/', begin);
    at = slash === -1 ? path.length : slash;
    const holds = wanted === '*' ? at > begin : path.slice(begin, at) === wanted;
    if (!holds) return false;
  }
  return at === path.length || (open && path[at] === '/');
}

/**
 * The spelling that a pattern has for a path that it matches apart from case and final slash.
 */
export function spellLike({ segments, open }: PathPattern, path: string): string {
  const own = path.slice(1).split('/');
  const spelled = segments.map((wanted, i) => (wanted === '*' ? (own[i] ?? '') : wanted));
  return `/${[...spelled, ...(open ? own.slice(segments.length) : [])].join('/')}`;
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

/**
 * What is wrong with a pattern, or `undefined`. With `literal` paths nothing is decoded, so more
 * patterns can match.
 */
export function pathPatternFault(
  written: string,
  paths: 'strictest' | 'literal',
): string | undefined {
  const segments = written.slice(1).split('/');
  for (const [i, segment] of segments.entries()) {
    if (segment === '**' && i < segments.length - 1) return '"**" must be the last segment';
    if (segment.includes('*') && segment !== '*' && segment !== '**') {
      return '"*" must be a whole segment, not a part of one';
    }
    if (paths === 'literal') continue;
    if (segment === '' && i < segments.length - 1) return 'has an empty segment ("//")';
    if (segment === '.' || segment === '..') return 'has a dot segment ("." or "..")';
  }
  return undefined;
}
