import type { CookiePlace } from '../../../src/terms/credential-place.ts';

/** A cookie as the file names it without any other key. */
export function cookiePlace(
  name: string,
  changes: Partial<Omit<CookiePlace, 'kind' | 'name'>> = {},
): CookiePlace {
  return {
    kind: 'cookie',
    name,
    path: '/',
    domain: undefined,
    sameSite: 'lax',
    partitioned: false,
    nameCase: 'any',
    pieces: 'refuse',
    clearWith: [],
    pathParameter: undefined,
    otherCookies: new Set(),
    ...changes,
  };
}
