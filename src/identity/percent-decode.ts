const ESCAPE = /%([0-9a-fA-F]{2})/g;

/**
 * Decodes percent escapes once. Each decoded byte becomes the character of the same number, so that different bytes
 * never become the same text. What is no escape stays as it is; a `%` in the result makes a credential malformed.
 */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(ESCAPE, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}
