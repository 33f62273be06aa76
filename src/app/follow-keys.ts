import { randomBytes } from 'node:crypto';
import { FollowedFiles } from '../files/followed-files.ts';
import type { FilesRejection, ParsedFiles } from '../files/parse-files.ts';
import { permissionWarnings } from '../files/secret-permissions.ts';
import { KeyRing } from '../keys/key-ring.ts';
import { KeyFileError, parseKeyFile } from '../keys/parse-key-file.ts';
import { monotonicMs } from '../process/clock.ts';
import { StartFault } from '../process/start-fault.ts';
import type { ProcessConfig } from '../settings/process-config.ts';
import type { Shell } from './shell.ts';

/** The server keys, which follow the key file. */
export interface FollowedKeys {
  readonly ring: KeyRing;
  /** From now on, calls `run` each time that the key file has changed. */
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
 * Loads the key file and follows it. Without a key file, which is allowed with the memory store
 * only, there is a random key and nothing to follow.
 * @throws {StartFault} when there is no good first version
 */
export async function followKeys(
  { keyFile, decisionBudgetMs }: Pick<ProcessConfig, 'keyFile' | 'decisionBudgetMs'>,
  { lifecycle, telemetry }: Shell,
): Promise<FollowedKeys> {
  const observer = telemetry.keys;
  const createRing = (secrets: readonly Uint8Array[]) =>
    new KeyRing(secrets, decisionBudgetMs, monotonicMs);
  if (keyFile === undefined) {
    // Its sessions are lost with the process, so no other process needs the key.
    const ring = createRing([new Uint8Array(randomBytes(32))]);
    observer.used(ring.uses());
    return { ring, onSwap: () => undefined, look: () => undefined };
  }
  const followed = await FollowedFiles.start<KeyVersion, string>(
    { paths: [keyFile], parse: ([text = '']) => parse(text, keyFile) },
    {
      accepted: () => undefined, // reported once the ring has the keys
      rejected: (rejection) => observer.fileRejected(keyFile, problemText(keyFile, rejection)),
      restored: () => observer.fileRestored(keyFile),
    },
  );
  if ('kind' in followed) throw new StartFault('usage', [problemText(keyFile, followed)]);
  lifecycle.opened('keys', () => followed.close());
  const ring = createRing(followed.current.secrets);
  const report = ({ warnings }: KeyVersion): void => {
    observer.used(ring.uses());
    observer.fileLoaded({ fingerprints: ring.listed, warnings });
  };
  report(followed.current);
  followed.onSwap((version) => {
    ring.replace(version.secrets);
    report(version);
  });
  return {
    ring,
    onSwap: (run) => followed.onSwap(() => run()),
    look: () => followed.look(),
  };
}

async function parse(text: string, path: string): Promise<ParsedFiles<KeyVersion, string>> {
  try {
    const secrets = parseKeyFile(text, path);
    const warnings = await permissionWarnings('key file', path);
    return { kind: 'good', version: { secrets, warnings } };
  } catch (error) {
    if (error instanceof KeyFileError) return { kind: 'problems', problems: error.problems };
    // The text of an unexpected error is left out because it could contain part of the file.
    return { kind: 'problems', problems: ['it cannot be parsed'] };
  }
}

function problemText(path: string, rejection: FilesRejection<string>): string {
  const problems = rejection.kind === 'unreadable' ? [rejection.why] : rejection.problems;
  return new KeyFileError(path, problems).message;
}
