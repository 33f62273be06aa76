/** Signs with keys that every replica has, and knows such a signature again. */
export interface Seals {
  sign(text: string): string;
  isSigned(text: string, signature: string): boolean;
}

const SEALED = /^([A-Za-z0-9_-]{1,4096})\.([A-Za-z0-9_-]{43})$/;

/**
 * A value that a caller gets and gives back: a cursor, or a preview. It is readable and cannot be
 * changed, and it fits only where it came from.
 *
 * @param place what the value belongs to; it is signed, and not part of the text
 */
export function seal(seals: Seals, value: unknown, place: readonly unknown[]): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${text}.${seals.sign(signedText(text, place))}`;
}

/** @returns `undefined` if it was not sealed for this place */
export function unseal(seals: Seals, sealed: string, place: readonly unknown[]): unknown {
  const [, text, signature] = SEALED.exec(sealed) ?? [];
  if (text === undefined || signature === undefined) return undefined;
  if (!seals.isSigned(signedText(text, place), signature)) return undefined;
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
}

function signedText(text: string, place: readonly unknown[]): string {
  // JSON separates the parts: two different places never become the same text.
  return JSON.stringify([text, ...place]);
}
