import { codeAt } from './code-at.ts';

/**
 * Whether two header names (lower case) are one to applications that run on CGI, WSGI or Rack.
 * Those spell every character that is not a letter or digit as an underscore: `x-session` and
 * `x_session` both become HTTP_X_SESSION.
 */
export function areHeaderTwins(one: string, other: string): boolean {
  if (one === other) return true;
  const { length } = one;
  if (length !== other.length) return false;
  for (let at = 0; at < length; at += 1) {
    const a = codeAt(one, at);
    const b = codeAt(other, at);
    if (a !== b && (isLetterOrDigit(a) || isLetterOrDigit(b))) return false;
  }
  return true;
}

/**
 * The spelling that a header name (lower case) shares with all its twins and with no other name.
 */
export function twinSpelling(name: string): string {
  return name.replace(/[^a-z0-9]/g, '-');
}

/**
 * Whether a character of a header name is a lower-case letter or a digit: twins agree on these
 * alone.
 */
export function isLetterOrDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a);
}
