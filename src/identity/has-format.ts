import type { CredentialFormat } from '../session/source.ts';
import { isCanonicalBase64url } from './base64url.ts';

const HEX = /^[0-9a-f]+$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Whether a credential has the canonical form of its source's format: lower case for `hex` and `uuid` (RFC 9562
 * section 4), the shortest spelling for `base64url`. The other forms would be second names of one session.
 */
export function hasFormat(credential: string, format: CredentialFormat): boolean {
  switch (format) {
    case 'plain':
      return true;
    case 'hex':
      return HEX.test(credential);
    case 'uuid':
      return UUID.test(credential);
    case 'base64url':
      return isCanonicalBase64url(credential);
    default:
      return format satisfies never;
  }
}
