// What servers do with a path before they look for its page. Each step is a pure function of a text.

/**
 * Drops what a URL parser takes for a host: `//other.example.com/admin` is the page `/admin` for
 * `new URL()` of Node and for `parse_url` of PHP.
 */
export function withoutAuthority(path: string): string {
  if (!/^[/\\]{2}/.test(path)) return path;
  const rest = path.replace(/^[/\\]+[^/\\]*/, '');
  return rest === '' ? '/' : rest;
}

/** Drops path parameters, as servlet containers do: `/a;v=1/b` is `/a/b`, and `..;` is `..`. */
export function withoutParameters(path: string): string {
  return path.includes(';') ? path.replaceAll(/;[^/]*/g, '') : path;
}

/** The same for servers to which a backslash ends a segment, too. */
export function withoutShortParameters(path: string): string {
  return path.includes(';') ? path.replaceAll(/;[^/\\]*/g, '') : path;
}

/** Drops what comes after an escaped `?`, `#` or NUL, once it was decoded. */
export function withoutRest(path: string): string {
  const end = path.search(/[?#\0]/);
  return end === -1 ? path : path.slice(0, end);
}

/** Drops white space at the end: an expression that ends in `$` matches before a final newline. */
export function withoutFinalSpace(path: string): string {
  let end = path.length;
  while (end > 1 && isSpace(path.charCodeAt(end - 1))) end -= 1;
  return path.slice(0, end);
}

/** Control characters are cut off, too. */
function isSpace(code: number): boolean {
  return code <= 0x20 || (code >= 0x7f && code <= 0xa0) || /\s/.test(String.fromCharCode(code));
}

/** Reads `\` as `/`. */
export function withSlashes(path: string): string {
  return path.includes('\\') ? path.replaceAll('\\', '/') : path;
}

/** Reads several slashes as one. */
export function withMergedSlashes(path: string): string {
  return path.includes('//') ? path.replaceAll(/\/{2,}/g, '/') : path;
}

/** Removes `.` and `..` segments (RFC 3986 section 5.2.4). */
export function withoutDotSegments(path: string): string {
  if (!/(?:^|\/)\.{1,2}(?:\/|$)/.test(path)) return path;
  const kept: string[] = [];
  const segments = path.split('/');
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === '..') {
      if (kept.length > 1) kept.pop();
      if (last) kept.push('');
    } else if (segment !== '.') kept.push(segment);
    else if (last) kept.push('');
  });
  return kept.join('/');
}

/** Compatibility forms (full-width letters, ligatures) as the plain characters. */
export function withPlainForms(path: string): string {
  return path.normalize('NFKC');
}

/** One spelling for all letters that some server takes for the same letter in another case. */
export function withoutCase(path: string): string {
  return path.normalize('NFKC').toUpperCase().toLowerCase();
}
