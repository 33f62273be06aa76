import { PAGES } from '../../outside/readings/site.ts';

/** Whole segments of letters, digits and dots, none of which is a dot segment. */
const PLAIN = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9.]+)+$/;

/** The ways in which a policy file may write the path of a page, so that all of them guard it. */
export function guardsOf(page: string): readonly string[] {
  if (page === '/') return ['/'];
  const asked = page.endsWith('/') ? page.slice(0, -1) : page;
  const patterns = PAGES.filter((route) => isOf(page, route)).map(patternOf);
  if (PLAIN.test(asked)) patterns.push(asked);
  const written = [folderOf(page), ...patterns.flatMap(spellingsOf)];
  return [...new Set([...written, ...written.map(capitalised)])];
}

/** With and without a final slash, and with a star for the first segment. */
function spellingsOf(pattern: string): readonly string[] {
  if (pattern.endsWith('/**')) return [pattern];
  const bare = pattern.replace(/\/$/, '');
  return [bare, `${bare}/`, firstStarred(bare)];
}

/** Whether a page is one of a route, which may itself stand for the page. */
function isOf(page: string, route: string): boolean {
  if (page === route) return true;
  const pattern = route
    .replaceAll('.', '\\.')
    .replace('{id}', '[^/]+')
    .replace('/{rest}', '(?:/.*)?')
    .replace(/\/$/, '');
  return new RegExp(`^${pattern}/?$`).test(page);
}

function patternOf(route: string): string {
  return route.replace('{id}', '*').replace('{rest}', '**');
}

/** `/admin/**` for `/admin/users`. */
function folderOf(page: string): string {
  return `/${page.split('/')[1]}/**`;
}

/** `/accounts/login` with a star for its first segment; a pattern of one segment stays. */
function firstStarred(pattern: string): string {
  const [, , ...others] = pattern.split('/');
  return others.length === 0 ? pattern : `/*/${others.join('/')}`;
}

function capitalised(pattern: string): string {
  return pattern.replaceAll(/\/[a-z]/g, (start) => start.toUpperCase());
}
