import { isCanonicalBase64url } from './base64url.ts';

/**
 * Whether a text has the shape of a signed JWT (RFC 7515 section 7.1): three parts in canonical base64url. Looked at
 * before any signature is computed. An empty signature has the shape; the verifier refuses it.
 */
export function isTokenShape(text: string): boolean {
  const first = text.indexOf('.');
  const second = text.indexOf('.', first + 1);
  if (first === -1 || second === -1) return false;
  const signature = text.slice(second + 1);
  return (
    isCanonicalBase64url(text.slice(0, first)) &&
    isCanonicalBase64url(text.slice(first + 1, second)) &&
    (signature === '' || isCanonicalBase64url(signature))
  );
}
