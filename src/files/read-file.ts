import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';

/** Longer than any policy file. A wrong path, to a log or a device, must not fill our memory. */
const FILE_MAX_BYTES = 1024 * 1024;
const HASH_CHARACTERS = 16;
/** A swap during a reading is read again. More than one at a time is not the work of a kubelet. */
const SWAPS_MAX = 3;

/** What was read from a file. */
export type FileReading = FileContent | Unreadable;

export interface FileContent {
  readonly kind: 'content';
  readonly text: string;
  readonly hash: string;
  /** The path of the file itself, after all symlinks. */
  readonly realPath: string;
}

interface Unreadable {
  readonly kind: 'unreadable';
  readonly why: string;
}

/** What was read from several files: all of them, or why one could not be read. */
export type FilesReading =
  | { readonly kind: 'content'; readonly files: readonly FileContent[]; readonly hash: string }
  | Unreadable;

/**
 * Reads a whole file. A file that cannot be read is a result, not an error; `why` names the path.
 */
export async function readWholeFile(path: string): Promise<FileReading> {
  for (let swaps = 0; swaps < SWAPS_MAX; swaps += 1) {
    // oxlint-disable no-await-in-loop -- the same file is read again
    const before = await realPathOf(path);
    const reading = await readOnce(path);
    if (reading.kind === 'unreadable') return reading;
    if (before === (await realPathOf(path))) return { ...reading, realPath: before };
    // oxlint-enable no-await-in-loop
  }
  return { kind: 'unreadable', why: `${path} is replaced faster than it can be read` };
}

async function readOnce(path: string): Promise<Omit<FileContent, 'realPath'> | Unreadable> {
  try {
    // O_NONBLOCK: opening a FIFO that has no writer would otherwise wait forever.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await file.stat();
    if (facts.isDirectory()) return { kind: 'unreadable', why: `${path} is a folder, not a file` };
    if (!facts.isFile()) return { kind: 'unreadable', why: `${path} is not a regular file` };
    if (facts.size > FILE_MAX_BYTES) {
      return { kind: 'unreadable', why: `${path} is longer than ${FILE_MAX_BYTES / 1024} KiB` };
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
    return { kind: 'content', text, hash: hashOf(text) };
  } catch (error) {
    return { kind: 'unreadable', why: whyUnreadable(path, error) };
  }
}

/** Reads several files; the hash is that of all contents together. */
export async function readWholeFiles(paths: readonly string[]): Promise<FilesReading> {
  const readings = await Promise.all(paths.map(readWholeFile));
  const files: FileContent[] = [];
  for (const reading of readings) {
    if (reading.kind === 'unreadable') return reading;
    files.push(reading);
  }
  const hashes = files.map(({ hash }) => hash);
  return {
    kind: 'content',
    files,
    // The hash of one file is its own. For several, text that moves from one to another changes it.
    hash: hashes.length === 1 ? hashes.join('') : hashOf(hashes.join(' ')),
  };
}

/** Empty while there is no such file. */
async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => '');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS);
}

function whyUnreadable(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return `${path} is not UTF-8 text`;
  switch (code) {
    case 'ENOENT':
      return `${path} does not exist`;
    case 'EACCES':
    case 'EPERM':
      return `${path} cannot be read: this user lacks the permission`;
    default:
      return `${path} cannot be read: ${error instanceof Error ? error.message : 'unknown fault'}`;
  }
}
