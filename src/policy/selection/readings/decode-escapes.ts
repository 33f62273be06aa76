const ESCAPES = /(?:%[0-9A-Fa-f]{2})+|%[uU][0-9A-Fa-f]{4}/g;

/**
 * Decodes each escape once, as tolerant servers do. Bytes that are not UTF-8 become one character
 * each, an overlong form becomes the character that it stands for, `%uXXXX` is one character, and
 * what is not an escape stays.
 */
export function decodeEscapes(text: string): string {
  if (!text.includes('%')) return text;
  return text.replaceAll(ESCAPES, (escapes) =>
    escapes.charAt(1).toLowerCase() === 'u'
      ? String.fromCharCode(Number.parseInt(escapes.slice(2), 16))
      : textOf(bytesOf(escapes)),
  );
}

function bytesOf(escapes: string): readonly number[] {
  const bytes: number[] = [];
  for (let at = 1; at < escapes.length; at += 3) {
    bytes.push(Number.parseInt(escapes.slice(at, at + 2), 16));
  }
  return bytes;
}

function textOf(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = lengthOf(bytes[at] ?? 0);
    const code = codeAt(bytes, at, length);
    text += String.fromCodePoint(code ?? bytes[at] ?? 0);
    at += code === undefined ? 1 : length;
  }
  return text;
}

/** How many bytes a character with this first byte has. */
function lengthOf(lead: number): number {
  if (lead >= 0xf0 && lead < 0xf8) return 4;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xc0 && lead < 0xe0 ? 2 : 1;
}

/** The character of these bytes, or `undefined` when they are not one. */
function codeAt(bytes: readonly number[], at: number, length: number): number | undefined {
  const lead = bytes[at] ?? 0;
  if (length === 1) return lead;
  let code = lead & (0x7f >> length);
  for (let i = 1; i < length; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined || byte >> 6 !== 2) return undefined;
    code = (code << 6) | (byte & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  return isSurrogate || code > 0x10_ff_ff ? undefined : code;
}
