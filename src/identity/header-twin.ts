/**
 * Whether two header names (lower case) are one to applications behind CGI, WSGI or Rack, which spell every character
 * that is no letter or digit as an underscore: `x-session` and `x_session` both become HTTP_X_SESSION.
 */
export function areHeaderTwins(one: string, other: string): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) {
    const a = one.charCodeAt(at);
    const b = other.charCodeAt(at);
    if (a !== b && (isAlphanumeric(a) || isAlphanumeric(b))) return false;
  }
  return true;
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a);
}
