import type { DraftFile } from '../file/check-schema.ts';
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
      const folder = folderOf(matcher?.path);
      if (folder === undefined) return;
      // Another matcher is for what is below, so this one is meant as it is.
      const isBelow = (pattern: string): boolean =>
        pattern !== matcher?.path && pattern.startsWith(`${folder}/`);
      if (patterns.some(isBelow)) return;
      const reach = matcher?.path?.endsWith('*') === true ? 'one segment below it' : 'this path';
      warning(
        ['policies', i, 'match', j, 'path'],
        `matches ${reach} alone`,
        `write ${folder}/** if everything below it is meant`,
      );
    });
  });
}

/** The folder that a pattern names, without `*` or a slash after it. */
function folderOf(path: string | undefined): string | undefined {
  const folder = path?.replace(/\/\*?$/, '');
  const last = folder?.slice(folder.lastIndexOf('/') + 1).toLowerCase() ?? '';
  return FOLDERS.has(last) ? folder : undefined;
}
