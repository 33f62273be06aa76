import { createAuthority } from './certificate-authority.ts';
import type { Certificate } from './certificate-authority.ts';

/** A certificate for 127.0.0.1 and localhost, valid for a day. It is its own authority. */
export function selfSigned(): Certificate {
  const { cert, key } = createAuthority('curfew test');
  return { cert, key };
}
