import type { CookiePlace, CredentialPlace } from '../session/source.ts';

/** The cookie in which a source finds its credential, when it is a cookie. */
export function cookieOf(place: CredentialPlace): CookiePlace | undefined {
  if (place.kind === 'cookie') return place;
  if (place.kind === 'jwt' && place.in.kind === 'cookie') return place.in;
  return undefined;
}

/**
 * The `set-cookie` value that makes a browser forget a cookie: the same name, path and domain as it was set with, and
 * what its prefix demands (RFC 6265bis section 4.1.3), because a browser ignores it otherwise.
 *
 * @param scheme the request's: a browser ignores `Secure` that came over plain HTTP
 */
export function clearedCookie(cookie: CookiePlace, scheme: string): string {
  const name = cookie.name.toLowerCase();
  const isHostBound = name.startsWith('__host-');
  const mustBeSecure = isHostBound || name.startsWith('__secure-');
  const attributes = [`${cookie.name}=`, `Path=${isHostBound ? '/' : cookie.path}`];
  if (cookie.domain !== undefined && !isHostBound) attributes.push(`Domain=${cookie.domain}`);
  attributes.push('Max-Age=0', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT');
  if (mustBeSecure || scheme !== 'http') attributes.push('Secure');
  attributes.push('HttpOnly', 'SameSite=Lax');
  return attributes.join('; ');
}
