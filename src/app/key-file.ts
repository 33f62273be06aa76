import { randomBytes } from 'node:crypto';
import { KeyFileError, parseKeyFile } from './parse-key-file.ts';
import { warningsOfReaders } from './secret-readers.ts';
import { readWholeFile } from './watched-file.ts';

/** The server's secrets, newest first, and what the operator should know about the file. */
export interface ServerKeys {
  readonly keys: readonly Uint8Array[];
  readonly warnings: readonly string[];
}

/**
 * Reads the key file.
 * @throws {KeyFileError} its words carry no secret.
 */
export async function readKeyFile(path: string): Promise<ServerKeys> {
  const reading = await readWholeFile(path);
  if (reading.kind === 'unreadable') throw new KeyFileError(path, [reading.why]);
  const keys = parseKeyFile(reading.text, path);
  return { keys, warnings: await warningsOfReaders('key file', path) };
}

/** A secret for the embedded store: its sessions die with the process, so nobody else needs the key. */
export function randomServerKey(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}
