import type { CookiePlace } from '../../terms/credential-place.ts';

const SAME_SITE = { lax: 'Lax', strict: 'Strict', none: 'None' } as const;

/**
 * The `set-cookie` value that makes a browser forget a cookie. It has the name and the attributes
 * with which the cookie was set, and what its prefix requires (RFC 6265bis section 4.1.3).
 * Otherwise a browser ignores it: within a frame of another site it takes no cookie that is `Lax`,
 * and a partitioned cookie is another one than that of the same name.
 *
 * @param scheme of the request: a browser ignores `Secure` that came over plain HTTP
 */
export function clearedCookie(cookie: CookiePlace, scheme: string): string {
  const name = cookie.name.toLowerCase();
  const isHostBound = name.startsWith('__host-');
  const attributes = [`${cookie.name}=`, `Path=${isHostBound ? '/' : cookie.path}`];
  if (cookie.domain !== undefined && !isHostBound) attributes.push(`Domain=${cookie.domain}`);
  attributes.push('Max-Age=0', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT');
  if (mustBeSecure(cookie) || scheme !== 'http') attributes.push('Secure');
  attributes.push('HttpOnly', `SameSite=${SAME_SITE[cookie.sameSite]}`);
  if (cookie.partitioned) attributes.push('Partitioned');
  return attributes.join('; ');
}

/** Browsers refuse such a cookie without `Secure`. */
function mustBeSecure({ name, sameSite, partitioned }: CookiePlace): boolean {
  return /^__(?:host|secure)-/i.test(name) || sameSite === 'none' || partitioned;
}
