import { readWholeFile } from '../files/read-file.ts';
import { valueAt } from '../policy/file/check-schema.ts';
import { FILE_LIMITS } from '../policy/file/file-limits.ts';
import { parseDocument } from '../policy/file/parse-document.ts';
import { placeName } from '../policy/file/place-name.ts';
import { plainText } from '../policy/file/scalar-schema.ts';
import type { PathStep, Problem } from '../policy/file/problem.ts';

/** A key set that a policy file names, and where. */
interface NamedKeyFile {
  readonly keyFile: string;
  readonly path: readonly PathStep[];
}

/**
 * Says which key sets cannot be read on this machine, also if something else in the policy file is
 * wrong. They are warnings, because the file may be meant for another machine; `curfew serve` has
 * no verdict on tokens until it can read them.
 */
export async function keyFileWarnings(file: string, text: string): Promise<readonly Problem[]> {
  const document = parseDocument(text);
  const value = document.content?.value;
  const warnings = await Promise.all(
    keyFilesIn(value).map(async ({ keyFile, path }): Promise<readonly Problem[]> => {
      const reading = await readWholeFile(keyFile);
      if (reading.kind === 'content') return [];
      const position = document.locate(path, 'value');
      const message = `${placeName(value, path)}${reading.why}`;
      const hint = 'without it there is no verdict on tokens; on another machine it may be there';
      return [{ file, ...position, message, hint }];
    }),
  );
  return warnings.flat();
}

/** One beside `verified_by: envoy` is refused, and one with an unusable path is, too. */
function keyFilesIn(value: unknown): readonly NamedKeyFile[] {
  const sources = valueAt(value, ['sources']);
  if (!Array.isArray(sources)) return [];
  return sources.slice(0, FILE_LIMITS.sourcesMax).flatMap((source: unknown, i) => {
    const { data: keyFile } = plainText.safeParse(valueAt(source, ['jwt', 'jwks_file']));
    if (keyFile === undefined || valueAt(source, ['jwt', 'verified_by']) === 'envoy') return [];
    return [{ keyFile, path: ['sources', i, 'jwt', 'jwks_file'] }];
  });
}
