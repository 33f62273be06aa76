const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ONLY_ALPHABET = /^[A-Za-z0-9_-]+$/;

/**
 * Whether a text is the one canonical base64url of some bytes: no padding, and the bits that stand for nothing are
 * zero. Decoders accept the other spellings too, so each of them would be another name of the same bytes.
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
