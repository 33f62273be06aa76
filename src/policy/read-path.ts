import {
  decodeUnreserved,
  decodeWhole,
  escapeForbidden,
  removeDotSegments,
} from './canonical-text.ts';

/** A request path as the policies see it. */
export interface PathReading {
  /** Without the query, escapes of unreserved characters decoded, dot segments removed. */
  readonly normalised: string;
  /** Why two honest parsers could read it differently, or `undefined`. */
  readonly ambiguity: string | undefined;
  /** Other spellings of an unambiguous path that some application may take for the same one. */
  readonly otherSpellings: readonly string[];
}

/** Beyond it, a path is not looked at any closer: that would take milliseconds of everybody's time. */
const PATH_MAX = 4_096;

/** Lower-case letters, digits and marks that every parser reads alike, without empty segments and a final slash. */
const PLAIN = /^(?:\/|(?:\/[a-z0-9._~!$&'()*+,=:@-]+)+)$/;
const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;
const DOT = 0x2e;
/** 1 at the codes of these characters. */
const PLAIN_CODES = Uint8Array.from({ length: 0x80 }, (_, code) =>
  code !== SLASH && PLAIN.test(`/${String.fromCharCode(code)}`) ? 1 : 0,
);
const NEARLY_PLAIN_CODES = PLAIN_CODES.map((isPlain, code) =>
  code >= 0x41 && code <= 0x5a ? 1 : isPlain,
);
const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;

const SIGNS: readonly (readonly [pattern: RegExp, ambiguity: string])[] = [
  [/^(?!\/)/, 'does not begin with "/"'],
  [/[^!-~]/, 'raw control or non-ASCII character'],
  [/#/, '"#"'],
  [/\\|%5c/i, 'backslash'],
  [/;|%3b/i, 'semicolon'],
  [/%00/, 'NUL'],
  [/%(?:[01][0-9a-f]|7f)/i, 'control character'],
  [/%2f/i, 'encoded slash'],
  [/%3f/i, 'encoded "?"'],
  [/%23/, 'encoded "#"'],
  [/%25/, 'encoded "%"'],
  [/%(?![0-9a-f]{2})/i, 'invalid escape'],
  [/\/\//, 'empty segment'],
];

/** Compatibility forms (full-width, ligatures) of these would change the structure of a path. */
const STRUCTURE = /[/\\;?#%.]/g;

/**
 * Reads the path of a request. The query is never looked at.
 * @param target path with query, undecoded
 */
export function readPath(target: string): PathReading {
  const plain = plainPath(target);
  if (plain !== undefined) return { normalised: plain, ambiguity: undefined, otherSpellings: [] };
  const queryAt = target.indexOf('?');
  const path = queryAt === -1 ? target : target.slice(0, queryAt);
  if (path.length > PATH_MAX) {
    const ambiguity = `longer than ${PATH_MAX} characters`;
    return { normalised: path.slice(0, PATH_MAX), ambiguity, otherSpellings: [] };
  }
  const decoded = escapeForbidden(decodeUnreserved(path));
  const normalised = removeDotSegments(decoded);
  const ambiguity = ambiguityOf(path, decoded);
  return {
    normalised,
    ambiguity,
    otherSpellings: ambiguity === undefined ? spellingsOf(normalised) : [],
  };
}

/**
 * The path without its query if nobody can doubt it: of characters and form of {@link PLAIN}, without a dot segment. Such
 * a path is its own normalised and folded form and has no other spelling. One pass, because nearly every path is one.
 */
export function plainPath(target: string): string | undefined {
  return pathOf(target, PLAIN_CODES, false);
}

/**
 * The path without its query if nothing is special about it but capital letters and a final slash. It is its own
 * normalised form; its other spellings are in lower case, without the final slash, and both, which is its folded form.
 */
export function nearlyPlainPath(target: string): string | undefined {
  return pathOf(target, NEARLY_PLAIN_CODES, true);
}

function pathOf(target: string, codes: Uint8Array, mayEndInSlash: boolean): string | undefined {
  if (target.charCodeAt(0) !== SLASH) return undefined;
  let start = 1;
  let at = 1;
  for (; at < target.length; at += 1) {
    const code = target.charCodeAt(at);
    if (code === QUESTION_MARK) break;
    if (code === SLASH) {
      if (isSpecialSegment(target, start, at)) return undefined;
      start = at + 1;
    } else if (code >= 0x80 || codes[code] !== 1) return undefined;
  }
  if (at > PATH_MAX) return undefined;
  const endsInSlash = start === at;
  if (at > 1 && !(endsInSlash && mayEndInSlash) && isSpecialSegment(target, start, at)) {
    return undefined;
  }
  return at === target.length ? target : target.slice(0, at);
}

/** An empty or a dot segment. */
function isSpecialSegment(target: string, start: number, end: number): boolean {
  if (end - start > 2) return false;
  for (let at = start; at < end; at += 1) if (target.charCodeAt(at) !== DOT) return false;
  return true;
}

function ambiguityOf(path: string, decoded: string): string | undefined {
  for (const [pattern, ambiguity] of SIGNS) if (pattern.test(path)) return ambiguity;
  if (DOT_SEGMENT.test(decoded)) return 'dot segment';
  const text = decodeWhole(decoded);
  if (text === undefined) return 'escape that is not UTF-8';
  const folded = text.normalize('NFKC');
  if ((folded.match(STRUCTURE)?.length ?? 0) !== (text.match(STRUCTURE)?.length ?? 0)) {
    return 'character that some parsers take for a separator';
  }
  return undefined;
}

/** Decoded further, with one form for each character, in lower case, without the final slash, and all of these. */
function spellingsOf(normalised: string): readonly string[] {
  const text = decodeWhole(normalised) ?? normalised;
  const plainer = text.normalize('NFKC');
  const forms = [text, plainer, text.toLowerCase(), plainer.toLowerCase()];
  const texts = new Set([...forms, ...forms.map(withoutFinalSlash)]);
  const spellings = new Set([...texts].map((each) => encodeURI(each)));
  spellings.delete(normalised);
  return [...spellings];
}

/** The most tolerant reading of a path or pattern: for comparing what differs in case and final slash only. */
export function foldPath(path: string): string {
  if (PLAIN.test(path)) return path;
  const text = decodeWhole(path) ?? path;
  return withoutFinalSlash(escapeForbidden(text.normalize('NFKC').toLowerCase()));
}

/** A final slash is dropped, but for the root's. */
export function withoutFinalSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
