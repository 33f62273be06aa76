import { readsSessions, sessionOf } from '../build/build-policy.ts';
import type { DraftFile, ReadablePolicy } from '../file/check-schema.ts';
import type { Findings } from '../file/problem.ts';

/** Folders that applications serve as a whole, so that a pattern for one is meant for all of it. */
const FOLDERS = new Set([
  '.well-known',
  '_next',
  'admin',
  'api',
  'assets',
  'build',
  'css',
  'dist',
  'fonts',
  'images',
  'img',
  'js',
  'media',
  'public',
  'static',
  'uploads',
  'wp-admin',
]);

/** A path that looks like a prefix is one: patterns are of whole paths. */
export function checkPrefixes({ readablePolicies }: DraftFile, { warning }: Findings): void {
  const patterns = readablePolicies.flatMap((policy) =>
    (policy?.match ?? []).flatMap((matcher) => matcher?.path ?? []),
  );
  readablePolicies.forEach((policy, i) => {
    policy?.match.forEach((matcher, j) => {
      const folder = folderOf(matcher?.path, policy);
      if (folder === undefined) return;
      // Another matcher is for what is below, so this one is meant as it is.
      const isBelow = (pattern: string): boolean =>
        pattern !== matcher?.path && pattern.startsWith(`${folder}/`);
      if (patterns.some(isBelow)) return;
      const reach = matcher?.path?.endsWith('*') === true ? 'one segment below it' : 'this path';
      const page = matcher?.path?.endsWith('/') === true ? `, ${folder} if it alone is` : '';
      warning(
        ['policies', i, 'match', j, 'path'],
        `matches ${reach} alone`,
        `write ${folder}/** if everything below it is meant${page}`,
      );
    });
  });
}

/**
 * The folder that a pattern names, without `*` or a slash after it. A final slash means nothing
 * here, but in the files of proxies and servers it means everything below. Only for policies with
 * limits: the pages of a login are often written with one.
 */
function folderOf(path: string | undefined, policy: ReadablePolicy): string | undefined {
  const folder = path?.replace(/\/\*?$/, '');
  if (folder === undefined || folder === '') return undefined;
  const last = folder.slice(folder.lastIndexOf('/') + 1).toLowerCase();
  const isSlashed = path?.endsWith('/') === true && hasLimits(policy);
  return FOLDERS.has(last) || isSlashed ? folder : undefined;
}

function hasLimits({ entry, broken }: ReadablePolicy): boolean {
  return !broken.has('session') && readsSessions(sessionOf(entry));
}
