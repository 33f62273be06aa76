// Paths with the same meaning get the same spelling (RFC 3986 section 6.2.2): characters that need no
// escape have none, all others have one in upper case. Escaped separators (%2F, %3A) keep their
// escape, because they may mean something else.

const ESCAPE = /%([0-9A-Fa-f]{2})/g;
const UNRESERVED = /[A-Za-z0-9._~-]/;

/** Decodes the escapes of unreserved characters, and writes all others in upper case. Invalid ones stay. */
export function decodeUnreserved(path: string): string {
  return path.replaceAll(ESCAPE, (escape, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(character) ? character : escape.toUpperCase();
  });
}

/** Writes all escapes in upper case and decodes none. */
export function upperCaseEscapes(path: string): string {
  return path.replaceAll(ESCAPE, (escape) => escape.toUpperCase());
}

/** Escapes what a URI cannot carry raw (`[`, `"`, non-ASCII ...). Existing escapes stay. */
export function escapeForbidden(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9._~!$&'()*+,;=:@/%?#\\-]+/g, (run) =>
    encodeURI(run.toWellFormed()),
  );
}

/** The canonical spelling of a path or pattern. */
export function canonicalPath(path: string): string {
  return escapeForbidden(decodeUnreserved(path));
}

/** Drops a final slash, except that of the root. */
export function withoutFinalSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
