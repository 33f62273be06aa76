// One spelling for every path of one meaning (RFC 3986 section 6.2.2): what needs no escape has none, the rest is
// escaped in upper case. Separators that are escaped (%2F, %3A) keep their escape: they may mean something else.

const ESCAPE = /%([0-9A-Fa-f]{2})/g;
const UNRESERVED = /[A-Za-z0-9._~-]/;

/** Decodes the escapes of unreserved characters and spells all others in upper case. Invalid escapes stay. */
export function decodeUnreserved(path: string): string {
  return path.replaceAll(ESCAPE, (escape, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(character) ? character : escape.toUpperCase();
  });
}

/** Escapes what a URI cannot carry raw (`[`, `"`, non-ASCII ...). Existing escapes stay. */
export function escapeForbidden(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9._~!$&'()*+,;=:@/%?#\\-]+/g, (run) =>
    encodeURI(run.toWellFormed()),
  );
}

/** The bytes of all escapes as text, or `undefined` when an escape or its UTF-8 is invalid. */
export function decodeWhole(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Removes `.` and `..` segments (RFC 3986 section 5.2.4). */
export function removeDotSegments(path: string): string {
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
