import { realpathSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import type { FileTimers } from './file-timers.ts';
import { SYSTEM_TIMERS } from './file-timers.ts';

/**
 * Editors and kubelets change a folder several times in a row. The file is read after the last one.
 */
const DEBOUNCE_MS = 100;
/** A folder that never stops changing must not delay the reading forever. */
const DEBOUNCE_MAX_MS = 500;
/**
 * Looks anyway at this interval: network mounts report no changes, and a folder that was itself
 * replaced is no longer watched.
 */
const POLL_MS = 30_000;

/** When a watched file is looked at. */
export interface WatchTimes {
  /** How often the file is looked at without a reported change. */
  readonly pollMs?: number | undefined;
  readonly timers?: FileTimers | undefined;
}

export interface FileWatch {
  /** Looks now, without waiting for the file system to report a change. */
  look(): void;
  close(): void;
}

/**
 * Calls back when a file may have changed.
 *
 * The folder is watched, not the file: a ConfigMap is swapped by renaming a symlink next to it, and
 * a watch on the file itself reports nothing after the first swap.
 */
export function watchFile(
  path: string,
  onMaybeChanged: () => void,
  { pollMs = POLL_MS, timers = SYSTEM_TIMERS }: WatchTimes = {},
): FileWatch {
  let cancel = (): void => {};
  let firstChangeAtMs: number | undefined;
  let watchers: FSWatcher[] = [];

  const changed = (): void => {
    const nowMs = timers.nowMs();
    firstChangeAtMs ??= nowMs;
    cancel();
    const waitMs = Math.min(DEBOUNCE_MS, Math.max(0, firstChangeAtMs + DEBOUNCE_MAX_MS - nowMs));
    cancel = timers.after(waitMs, look);
  };
  // At each look, before the file is read: a symlink may point elsewhere now, or a folder may have
  // been replaced.
  const watchAgain = (): void => {
    const before = watchers;
    watchers = foldersOf(path).flatMap((folder) => startWatching(folder, changed));
    for (const watcher of before) watcher.close();
  };
  const look = (): void => {
    cancel();
    firstChangeAtMs = undefined;
    watchAgain();
    cancel = timers.after(pollMs, look);
    onMaybeChanged();
  };

  watchAgain();
  cancel = timers.after(pollMs, look);
  return {
    look,
    close: () => {
      cancel();
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** The folder of the file and, if it is a symlink, the folder of its target. */
function foldersOf(path: string): string[] {
  const folders = new Set([dirname(path)]);
  try {
    folders.add(dirname(realpathSync(path)));
  } catch {
    // The file does not exist at the moment.
  }
  return [...folders];
}

function startWatching(folder: string, changed: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, changed);
    watcher.on('error', () => watcher.close()); // the next poll watches again
    return [watcher];
  } catch {
    return []; // the folder is missing, or no watches are left: the next poll tries again
  }
}
