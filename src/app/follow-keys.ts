import { randomBytes } from 'node:crypto';
import { FollowedFiles } from './followed-files.ts';
import type { FilesJudgement, FilesRejection } from './followed-files.ts';
import { KeyRing } from './key-ring.ts';
import { KeyFileError, parseKeyFile } from './parse-key-file.ts';
import type { ProcessConfig } from './process-config.ts';
import { warningsOfReaders } from './secret-readers.ts';
import { monotonicMs } from './shell.ts';
import type { Shell } from './shell.ts';
import { StartFault } from './start-fault.ts';

/** The server keys in force, and whoever has to know when their file changes. */
export interface FollowedKeys {
  readonly ring: KeyRing;
  /** Calls from now on with each change of the keys that the file lists. */
  onSwap(run: () => void): void;
  /** Reads the file again. */
  look(): void;
}

/** One good version of the key file. */
interface KeyVersion {
  readonly secrets: readonly Uint8Array[];
  readonly warnings: readonly string[];
}

/**
 * Loads the key file, follows it, and tells log and metrics of each change, of which only fingerprints show. Without a
 * key file, which only the memory store may lack, there is a random key and nothing to follow.
 * @throws {StartFault} when there is no good first version.
 */
export async function followKeys(
  { keyFile, decisionBudgetMs }: Pick<ProcessConfig, 'keyFile' | 'decisionBudgetMs'>,
  shell: Shell,
): Promise<FollowedKeys> {
  const startRing = (secrets: readonly Uint8Array[]): KeyRing => {
    const ring = new KeyRing(secrets, decisionBudgetMs, monotonicMs);
    shell.metrics.keys.inForce(ring.uses());
    return ring;
  };
  if (keyFile === undefined) {
    // Its sessions die with the process, so nobody else needs it.
    return { ring: startRing([new Uint8Array(randomBytes(32))]), onSwap: () => {}, look: () => {} };
  }
  const swapped: ((version: KeyVersion) => void)[] = [];
  const watch = await FollowedFiles.start<KeyVersion, string>(
    { paths: [keyFile], judge: ([text = '']) => judge(text, keyFile) },
    {
      accepted: (version) => {
        for (const run of swapped) run(version);
      },
      rejected: (rejection) => tellRejection(keyFile, rejection, shell),
      restored: () => {
        shell.metrics.keys.file(true);
        shell.log.info({ event: 'keys_restored', key_file: keyFile }, 'the key file is good again');
      },
    },
  );
  if ('kind' in watch) throw new StartFault('usage', [wordsFor(keyFile, watch)]);
  shell.lifecycle.opened('keys', () => watch.close());
  const ring = startRing(watch.current.secrets);
  inForce(ring, watch.current, shell);
  swapped.push((version) => {
    ring.replace(version.secrets);
    inForce(ring, version, shell);
  });
  return { ring, onSwap: (run) => swapped.push(run), look: () => watch.look() };
}

async function judge(text: string, path: string): Promise<FilesJudgement<KeyVersion, string>> {
  try {
    const secrets = parseKeyFile(text, path);
    const warnings = await warningsOfReaders('key file', path);
    return { kind: 'good', version: { secrets, warnings } };
  } catch (error) {
    if (error instanceof KeyFileError) return { kind: 'problems', problems: error.problems };
    // Nothing of an error that nobody foresaw: it could repeat what stood in the file.
    return { kind: 'problems', problems: ['it cannot be judged'] };
  }
}

function inForce(ring: KeyRing, { warnings }: KeyVersion, { log, metrics }: Shell): void {
  const { listed } = ring;
  metrics.keys.file(true);
  metrics.keys.inForce(ring.uses());
  log.info({ event: 'keys_loaded', keys: listed }, `${listed.length} server keys in the key file`);
  for (const warning of warnings) log.warn({ event: 'key_file_warned' }, warning);
}

function tellRejection(path: string, rejection: FilesRejection<string>, shell: Shell): void {
  shell.metrics.keys.file(false);
  shell.log.error(
    { event: 'keys_rejected', key_file: path, problem: wordsFor(path, rejection) },
    'the key file is bad; the last good keys stay in force',
  );
}

function wordsFor(path: string, rejection: FilesRejection<string>): string {
  const problems = rejection.kind === 'unreadable' ? [rejection.why] : rejection.problems;
  return new KeyFileError(path, problems).message;
}
