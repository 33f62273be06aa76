/**
 * Whether applications may take a character for a blank or drop it: everything that is not visible
 * ASCII. Languages disagree (Python strips 0x1c and 0x85, JavaScript 0xa0 and the byte order mark),
 * so all of these count.
 */
export function isBlank(code: number): boolean {
  return code <= 0x20 || code >= 0x7f;
}

/** The text without blanks at both ends. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const ESCAPE = /%([0-9a-fA-F]{2})/g;

/**
 * Decodes percent escapes once. Each decoded byte becomes the character with the same code, so
 * different bytes never become the same text. A `%` that does not begin an escape stays, and makes
 * a credential malformed.
 */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(ESCAPE, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ONLY_ALPHABET = /^[A-Za-z0-9_-]+$/;

/**
 * Whether a text is the one canonical base64url of some bytes: without padding, and with unused
 * bits zero. Decoders accept the other spellings too, so each of them would be one more name of the
 * same bytes.
 */
export function isCanonicalBase64url(text: string): boolean {
  if (!ONLY_ALPHABET.test(text)) return false;
  const last = ALPHABET.indexOf(text.charAt(text.length - 1));
  switch (text.length % 4) {
    case 1:
      return false;
    case 2:
      return (last & 0b1111) === 0;
    case 3:
      return (last & 0b11) === 0;
    default:
      return true;
  }
}
