import { codeAt } from '../terms/code-at.ts';

/** All characters of base64url, each at the place of its value. */
export const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
// By their codes, because every check reads a few.
const SIX_BITS = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, BASE64URL.indexOf(String.fromCharCode(code))),
);

/** The value of a character of base64url, by its place in a name. */
export function sixBitsAt(name: string, place: number): number {
  return SIX_BITS[codeAt(name, place)] ?? 0;
}

/** The first byte of a name in base64url. Of a text that is not one, any. */
export function firstByteOf(name: string): number {
  return (sixBitsAt(name, 0) << 2) | (sixBitsAt(name, 1) >> 4);
}
