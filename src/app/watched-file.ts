import { createHash } from 'node:crypto';
import { constants, realpathSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Editors and kubelets touch a folder several times in a row; the last touch is the one to read after. */
const DEBOUNCE_MS = 100;
/** A folder that is written to without end must not put the reading off for ever. */
const DEBOUNCE_MAX_MS = 500;
/** Backup for file systems that tell nothing (network mounts), and for a folder that was itself replaced. */
const POLL_MS = 30_000;
/** No policy file is longer; a mistaken path to a log or a device must not fill our memory. */
const FILE_MAX_BYTES = 1024 * 1024;

/** What stood in the file when it was read. */
export type FileReading =
  | { readonly kind: 'content'; readonly text: string; readonly hash: string }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Reads a file whole. Unreadable is an answer, not a throw; its words name the path. */
export async function readWholeFile(path: string): Promise<FileReading> {
  try {
    // O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await file.stat();
    if (facts.isDirectory()) return { kind: 'unreadable', why: `${path} is a folder, not a file` };
    if (!facts.isFile()) return { kind: 'unreadable', why: `${path} is not a regular file` };
    if (facts.size > FILE_MAX_BYTES) {
      return { kind: 'unreadable', why: `${path} is longer than ${FILE_MAX_BYTES / 1024} KiB` };
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
    return {
      kind: 'content',
      text,
      hash: createHash('sha256').update(text).digest('hex').slice(0, 16),
    };
  } catch (error) {
    return { kind: 'unreadable', why: wordsFor(path, error) };
  }
}

export interface FileWatch {
  /** Looks now, whatever the file system tells. */
  look(): void;
  close(): void;
}

/**
 * Tells when a file may have changed.
 *
 * The folder is watched, not the file: a ConfigMap is swapped by renaming a symlink beside it, and a watch on the file
 * falls silent after the first swap.
 */
export function watchFile(
  path: string,
  onMaybeChanged: () => void,
  pollMs: number = POLL_MS,
): FileWatch {
  let timer: NodeJS.Timeout | undefined;
  let firstTouchAtMs: number | undefined;
  let watchers: FSWatcher[] = [];

  const touched = (): void => {
    const nowMs = performance.now();
    firstTouchAtMs ??= nowMs;
    clearTimeout(timer);
    const waitMs = Math.min(DEBOUNCE_MS, Math.max(0, firstTouchAtMs + DEBOUNCE_MAX_MS - nowMs));
    timer = setTimeout(look, waitMs);
  };
  // Anew at each look, before the file is read: a symlink may lead elsewhere now, a folder may have been replaced.
  const watchAnew = (): void => {
    const before = watchers;
    watchers = foldersOf(path).flatMap((folder) => startWatching(folder, touched));
    for (const watcher of before) watcher.close();
  };
  const look = (): void => {
    clearTimeout(timer);
    firstTouchAtMs = undefined;
    watchAnew();
    onMaybeChanged();
  };

  watchAnew();
  const poll = setInterval(look, pollMs);
  return {
    look,
    close: () => {
      clearTimeout(timer);
      clearInterval(poll);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** The folder of the file, and that of what a symlink leads to. */
function foldersOf(path: string): string[] {
  const folders = new Set([dirname(path)]);
  try {
    folders.add(dirname(realpathSync(path)));
  } catch {
    // Not there at this moment.
  }
  return [...folders];
}

function startWatching(folder: string, touched: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, touched);
    watcher.on('error', () => watcher.close()); // the poll watches anew
    return [watcher];
  } catch {
    return []; // no such folder now, or no watches left: the poll tries again
  }
}

function wordsFor(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return `${path} is not UTF-8 text`;
  switch (code) {
    case 'ENOENT':
      return `${path} does not exist`;
    case 'EACCES':
    case 'EPERM':
      return `${path} may not be read by this user`;
    default:
      return `${path} cannot be read: ${error instanceof Error ? error.message : 'unknown fault'}`;
  }
}
