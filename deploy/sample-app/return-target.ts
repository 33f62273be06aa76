/**
 * Where to go after a login: a path of this host, or the home page. A link from an attacker
 * (`//evil`, `/\evil`, `/.//evil`, `javascript:`) must not lead to another host.
 */
export function returnTarget(wanted: string | null, host: string): string {
  const url = URL.parse(wanted ?? '/', `http://${host}`);
  if (url === null || url.host !== host || !/^https?:$/.test(url.protocol)) return '/';
  return url.pathname.startsWith('//') ? '/' : `${url.pathname}${url.search}`;
}
