import { AdminTokens } from '../admin/access/admin-tokens.ts';
import { unknownSources } from '../admin/access/unknown-sources.ts';
import { parseTokensFile } from '../admin/access/parse-tokens-file.ts';
import { FollowedFiles } from '../files/followed-files.ts';
import type { Followed } from '../files/followed-files.ts';
import type { FilesRejection, ParsedFiles } from '../files/parse-files.ts';
import { permissionWarnings } from '../files/secret-permissions.ts';
import { StartFault } from '../process/start-fault.ts';
import { settingNamed } from '../settings/setting-text.ts';
import type { Shell } from './shell.ts';

interface TokensVersion {
  readonly tokens: AdminTokens;
  readonly warnings: readonly string[];
}

/** The callers of the tokens file. A token that leaves the file is refused within a second. */
export type FollowedTokens = Followed<TokensVersion>;

/**
 * Loads the tokens file and follows it.
 * @param sources the names of the sources in the policy file, as it is now
 * @throws {StartFault} when there is no good first version
 */
export async function followAdminTokens(
  path: string,
  sources: () => ReadonlySet<string>,
  { lifecycle, telemetry }: Shell,
): Promise<FollowedTokens> {
  const log = telemetry.admin;
  const followed = await FollowedFiles.start<TokensVersion, string>(
    { paths: [path], parse: ([text = '']) => parse(text, path, sources()) },
    {
      accepted: ({ tokens, warnings }) => log.tokensLoaded(tokens.count, warnings),
      rejected: (rejection) => log.tokensRejected(problemLines(rejection, path)),
      restored: () => log.tokensRestored(),
    },
  );
  if ('kind' in followed) throw new StartFault('usage', problemLines(followed, path));
  lifecycle.opened('admin tokens', () => followed.close());
  return followed;
}

async function parse(
  text: string,
  path: string,
  sources: ReadonlySet<string>,
): Promise<ParsedFiles<TokensVersion, string>> {
  const parsed = parseTokensFile(text);
  if (parsed.kind === 'problems') return parsed;
  const tokens = new AdminTokens(parsed.lines);
  const permissions = await permissionWarnings('tokens file', path);
  const warnings = [...permissions, ...unknownSources(tokens.grants, sources)];
  return { kind: 'good', version: { tokens, warnings } };
}

function problemLines(rejection: FilesRejection<string>, path: string): readonly string[] {
  const { flag } = settingNamed('adminTokensFile');
  if (rejection.kind === 'unreadable') return [`${flag}: ${rejection.why}`];
  return rejection.problems.map((problem) => `${flag}: ${path}: ${problem}`);
}
