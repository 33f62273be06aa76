import { FollowedFiles } from './followed-files.ts';
import type { FilesRejection } from './followed-files.ts';
import { judgeTls, tlsFilesOf } from './grpc-tls.ts';
import type { TlsFile, TlsVersion } from './grpc-tls.ts';
import { LastingFault } from './lasting-fault.ts';
import type { ProcessConfig } from './process-config.ts';
import { settingNamed } from './setting-text.ts';
import type { Shell } from './shell.ts';
import { StartFault } from './start-fault.ts';

/** Who replaces certificate and key writes one after the other: for so long they may be at odds. */
const SETTLE_MS = 2_000;

/** The TLS material in force, and whoever has to know when it changes. */
export interface FollowedTls {
  current(): TlsVersion;
  /** Calls from now on with each version that comes into force, and the one before it. */
  onSwap(run: (next: TlsVersion, before: TlsVersion) => void): void;
  /** Reads the files again. */
  look(): void;
}

/**
 * Loads what the gRPC port needs for TLS, follows its files, and tells log and metrics of each change. `undefined` when the
 * port is to speak plain text.
 * @throws {StartFault} when the files are not good at the start
 */
export async function followTls(
  config: ProcessConfig,
  shell: Shell,
): Promise<FollowedTls | undefined> {
  const files = tlsFilesOf(config);
  if (files === undefined) return undefined;
  const { log, lifecycle, metrics } = shell;
  const swapped: ((next: TlsVersion, before: TlsVersion) => void)[] = [];
  const badness = new LastingFault<FilesRejection<string>>(SETTLE_MS, (rejection) => {
    metrics.tls.rejected();
    log.error(
      { event: 'tls_rejected', problems: linesOf(rejection, files) },
      'the TLS files are bad; the last good ones stay in force: new connections get them until the files are mended',
    );
  });
  let before: TlsVersion;
  const followed = await FollowedFiles.start<TlsVersion, string>(
    { paths: files.map(({ path }) => path), judge: (texts) => judgeTls(files, texts) },
    {
      accepted: (next) => {
        badness.over();
        inForce(next, shell);
        for (const run of swapped) run(next, before);
        before = next;
      },
      rejected: (rejection) => badness.seen(rejection),
      restored: () => {
        if (!badness.over()) return;
        metrics.tls.restored();
        log.info({ event: 'tls_restored' }, 'the TLS files are good again');
      },
    },
  );
  if ('kind' in followed) throw new StartFault('usage', linesOf(followed, files));
  lifecycle.opened('TLS files', async () => {
    await followed.close();
    badness.over();
  });
  before = followed.current;
  inForce(before, shell);
  return {
    current: () => followed.current,
    onSwap: (run) => swapped.push(run),
    look: () => followed.look(),
  };
}

function inForce({ expiryAtMs, authorities, warnings }: TlsVersion, { log, metrics }: Shell): void {
  metrics.tls.accepted(expiryAtMs);
  const until = new Date(expiryAtMs).toISOString();
  log.info(
    { event: 'tls_loaded', certificate_ends: until, client_authorities: authorities.size },
    `the certificate of the gRPC port is good until ${until}`,
  );
  for (const warning of warnings) log.warn({ event: 'tls_warned' }, warning);
}

function linesOf(rejection: FilesRejection<string>, files: readonly TlsFile[]): readonly string[] {
  if (rejection.kind === 'invalid') return rejection.problems;
  const { why } = rejection;
  const file = files.find(({ path }) => why.startsWith(`${path} `));
  return [file === undefined ? why : `${settingNamed(file.setting).flag}: ${why}`];
}
