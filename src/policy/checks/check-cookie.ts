import type { CookieEntry } from '../file/policy-file.ts';
import type { Findings } from '../file/problem.ts';

/** The attributes of a cookie fit its name (RFC 6265bis section 4.1.3). */
export function checkCookie(written: string | CookieEntry, { problem }: Findings): void {
  const { name, path, domain } = typeof written === 'string' ? { name: written } : written;
  if (!name.startsWith('__Host-')) return;
  if (path !== undefined && path !== '/') {
    problem(['path'], 'a __Host- cookie always has the path "/"', 'remove this key');
  }
  if (domain !== undefined) {
    problem(['domain'], 'a __Host- cookie never has a domain', 'remove this key', 'key');
  }
}
