import { percentDecode } from './percent-decode.ts';
import { trimBlanks } from './blank.ts';

/** What PHP turns into an underscore in a cookie's name, `+` by way of its older URL decoding. */
const MANGLED = /[ .+[]/g;

/**
 * Whether some application reads a cookie that was sent under the name `sent` as the cookie `name`.
 *
 * Case-sensitive, after trimming and decoding. PHP also reads `ci.session`, `ci[session` and `ci session` as
 * `ci_session` and keeps the first of them, and older releases end a name at an encoded NUL.
 */
export function isCookieName(sent: string, name: string): boolean {
  if (sent === name) return true;
  const decoded = percentDecode(sent).replace(/\0.*$/s, '');
  const trimmed = trimBlanks(decoded);
  return trimmed === name || trimmed.replace(MANGLED, '_') === name;
}
