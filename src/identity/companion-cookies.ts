import type { CookiePlace } from '../terms/credential-place.ts';
import type { WantedCookie } from './cookie-name.ts';

/** The cookies that are removed and cleared together with a credential (`clear_with`). */
export function companionCookies(place: CookiePlace): readonly WantedCookie[] {
  const { clearWith, nameCase, otherCookies } = place;
  return clearWith.map((name) => ({ name, nameCase, pieces: 'ignore', otherCookies }));
}
