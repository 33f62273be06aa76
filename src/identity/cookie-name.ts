import { trimBlanks } from './blank.ts';
import { percentDecode } from './percent-decode.ts';

/** What PHP turns into an underscore in a cookie's name, `+` by way of its older URL decoding. */
const MANGLED = /[^!-~]|[.+[]/g;
const FROM_NUL_ON = /\0.*$/s;

/**
 * Whether some application reads a cookie that was sent under the name `sent` as the cookie `name`.
 *
 * Case-sensitive, after trimming and decoding. PHP also reads `ci.session`, `ci[session` and `ci session` as
 * `ci_session` and keeps the first of them, and older releases end a name at an encoded NUL.
 */
export function isCookieName(sent: string, name: string): boolean {
  if (sent === name) return true;
  const decoded = trimBlanks(percentDecode(sent));
  return isMangledName(decoded, name) || isMangledName(decoded.replace(FROM_NUL_ON, ''), name);
}

function isMangledName(decoded: string, name: string): boolean {
  return decoded === name || decoded.replace(MANGLED, '_') === name;
}
