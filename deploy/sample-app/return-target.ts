/**
 * Where to go after a login: a path of this very host, or the home page. Whatever a stranger may put
 * into a link (`//evil`, `/\evil`, `/.//evil`, `javascript:`) must not lead away from here.
 */
export function returnTarget(wanted: string | null, host: string): string {
  const url = URL.parse(wanted ?? '/', `http://${host}`);
  if (url === null || url.host !== host || !/^https?:$/.test(url.protocol)) return '/';
  return url.pathname.startsWith('//') ? '/' : `${url.pathname}${url.search}`;
}
