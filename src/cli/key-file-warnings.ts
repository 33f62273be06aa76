import { readWholeFile } from '../files/read-file.ts';
import { parseDocument } from '../policy/file/parse-document.ts';
import { placeName } from '../policy/file/place-name.ts';
import type { Problem } from '../policy/file/problem.ts';
import type { LoadedPolicies } from '../policy/loaded-policies.ts';

/** A policy file that can be used. */
interface UsableFile {
  readonly file: string;
  readonly text: string;
  readonly policies: LoadedPolicies;
}

/**
 * Says which key sets cannot be read on this machine. They are warnings, because the file may be
 * meant for another machine; `curfew serve` has no verdict on tokens until it can read them.
 */
export async function keyFileWarnings({
  file,
  text,
  policies,
}: UsableFile): Promise<readonly Problem[]> {
  const document = parseDocument(text);
  const value = document.content?.value;
  const warnings = await Promise.all(
    policies.sources.map(async ({ place }, i): Promise<readonly Problem[]> => {
      if (place.kind !== 'jwt' || place.verifiedBy.kind !== 'curfew') return [];
      const { keys } = place.verifiedBy;
      if (keys.kind !== 'file') return [];
      const reading = await readWholeFile(keys.path);
      if (reading.kind === 'content') return [];
      const path = ['sources', i, 'jwt', 'jwks_file'];
      const position = document.locate(path, 'value');
      const message = `${placeName(value, path)}${reading.why}`;
      const hint = 'without it there is no verdict on tokens; on another machine it may be there';
      return [{ file, ...position, message, hint }];
    }),
  );
  return warnings.flat();
}
