import { FollowedFiles } from '../files/followed-files.ts';
import type { Followed } from '../files/followed-files.ts';
import type { FilesRejection } from '../files/parse-files.ts';
import { LastingFault } from '../files/lasting-fault.ts';
import { StartFault } from '../process/start-fault.ts';
import { settingNamed } from '../settings/setting-text.ts';
import { parseTlsFiles } from './tls-files.ts';
import type { TlsFile, TlsVersion } from './tls-files.ts';
import type { TlsLog } from '../telemetry/log/tls-log.ts';
import type { Shell } from './shell.ts';

/** Certificate and key are often written one after the other, and do not match for this long. */
const SETTLE_MS = 2_000;

/** The TLS files of a port. */
export type FollowedTls = Followed<TlsVersion>;

/**
 * Loads the files that a port needs for TLS and follows them.
 * @param files `undefined` when the port speaks plain text; then there is nothing to follow
 * @throws {StartFault} when there is no good first version
 */
export async function followTls(
  files: readonly TlsFile[] | undefined,
  log: TlsLog,
  { lifecycle }: Pick<Shell, 'lifecycle'>,
): Promise<FollowedTls | undefined> {
  if (files === undefined) return undefined;
  const fault = new LastingFault<FilesRejection<string>>(SETTLE_MS, (rejection) =>
    log.rejected(problemLines(rejection, files)),
  );
  const followed = await FollowedFiles.start<TlsVersion, string>(
    { paths: files.map(({ path }) => path), parse: (texts) => parseTlsFiles(files, texts) },
    {
      accepted: ({ expiryAtMs, authorities, warnings }) => {
        fault.over();
        log.loaded({ expiryAtMs, authorities: authorities.size, warnings });
      },
      rejected: (rejection) => fault.seen(rejection),
      restored: () => {
        if (fault.over()) log.restored();
      },
    },
  );
  if ('kind' in followed) throw new StartFault('usage', problemLines(followed, files));
  lifecycle.opened('TLS files', async () => {
    await followed.close();
    fault.over();
  });
  return followed;
}

function problemLines(
  rejection: FilesRejection<string>,
  files: readonly TlsFile[],
): readonly string[] {
  if (rejection.kind === 'invalid') return rejection.problems;
  const { why } = rejection;
  const file = files.find(({ path }) => why.startsWith(`${path} `));
  return [file === undefined ? why : `${settingNamed(file.setting).flag}: ${why}`];
}
