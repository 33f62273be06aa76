import { readWholeFiles } from './read-file.ts';
import { bad, parse } from './parse-files.ts';
import type {
  BadReading,
  FilesRejection,
  FilesToFollow,
  GoodReading,
  ParsedReading,
} from './parse-files.ts';
import type { FilesReading } from './read-file.ts';
import { SYSTEM_TIMERS } from './file-timers.ts';
import { identityOf, Settling } from './settling.ts';
import { watchFile } from './watched-file.ts';
import type { FileWatch, WatchTimes } from './watched-file.ts';

/** Reports how reading the files went. Must not throw. */
export interface FilesObserver<Version, Problem> {
  /** A version is used from now on. Called for the first one, too. */
  accepted(version: Version): void;
  /** The files cannot be used, so the last good version stays. Reported once for each fault. */
  rejected(rejection: FilesRejection<Problem>): void;
  /** The files could not be used for a while, and now match the version in use again. */
  restored(): void;
}

/** Files that are followed, as seen by the code that uses them. */
export interface Followed<Version> {
  /** The version in use. */
  readonly current: Version;
  /** From now on, calls `run` with each new version and the one before it. */
  onSwap(run: (next: Version, before: Version) => void): void;
  /** Reads the files again. */
  look(): void;
}

/**
 * Keeps one good version of one or more files. When the files change they are parsed as a whole and
 * swapped as a whole, so a reader never sees a mixture of two versions. Files that are saved in
 * place are read twice, so that half a file is never parsed. Files that cannot be used are reported
 * and change nothing.
 */
export class FollowedFiles<Version, Problem> implements Followed<Version> {
  readonly #files: FilesToFollow<Version, Problem>;
  readonly #observer: FilesObserver<Version, Problem>;
  readonly #swapped: ((next: Version, before: Version) => void)[] = [];
  readonly #times: WatchTimes;
  readonly #settling: Settling;
  readonly #closing = new AbortController();
  #inUse: GoodReading<Version>;
  /** Identifies the last bad reading; `undefined` while the files match the version in use. */
  #fault: string | undefined;
  /** Why the last bad reading could not be judged; `undefined` if it was. */
  #failure: string | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isLookDue = false;
  #cancelLook = (): void => {};
  #watches: readonly FileWatch[] = [];

  private constructor(
    files: FilesToFollow<Version, Problem>,
    observer: FilesObserver<Version, Problem>,
    first: GoodReading<Version>,
    times: WatchTimes,
  ) {
    this.#files = files;
    this.#inUse = first;
    this.#settling = new Settling(first.reading);
    this.#observer = observer;
    this.#times = times;
  }

  /**
   * Loads the first version and then follows the files.
   * @returns a rejection, following nothing, if there is no good first version
   */
  static async start<Version, Problem>(
    files: FilesToFollow<Version, Problem>,
    observer: FilesObserver<Version, Problem>,
    times: WatchTimes = {},
  ): Promise<FollowedFiles<Version, Problem> | FilesRejection<Problem>> {
    const occasion = { isFirst: true, signal: new AbortController().signal };
    const first = await parse(await readWholeFiles(files.paths), files, occasion);
    if (first.kind !== 'good') return first.rejection;
    observer.accepted(first.version);
    const self = new FollowedFiles(files, observer, first, times);
    self.#watches = files.paths.map((path) => watchFile(path, () => self.look(), times));
    self.look(); // the files may have changed between the first reading and the watch
    await self.#reading;
    return self;
  }

  get current(): Version {
    return this.#inUse.version;
  }

  onSwap(run: (next: Version, before: Version) => void): void {
    this.#swapped.push(run);
  }

  /** Reads the files again. Calls that arrive during a reading cause one more reading in total. */
  look(): void {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    this.#reading = this.#reading.then(() => this.#readAgain());
  }

  /** Stops following. Resolves when no reading is running. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelLook();
    for (const watch of this.#watches) watch.close();
    await this.#reading;
  }

  async #readAgain(): Promise<void> {
    this.#isLookDue = false;
    this.#cancelLook();
    const { signal } = this.#closing;
    const reading = await readWholeFiles(this.#files.paths);
    if (signal.aborted) return;
    const fault = identityOf(reading);
    if (fault === this.#inUse.reading.hash) {
      this.#settling.unchanged(reading);
      if (this.#fault !== undefined) this.#observer.restored();
      this.#fault = undefined;
      return;
    }
    if (fault === this.#fault && this.#failure === undefined) return;
    if (this.#settles(reading)) return;
    const parsed = await this.#parseSafely(reading);
    if (signal.aborted) return;
    if (parsed.kind === 'good') this.#swap(parsed);
    else this.#reject(fault, parsed);
  }

  /** Whether the files may still be being written. Then they are read again in a moment. */
  #settles(reading: FilesReading): boolean {
    const { timers = SYSTEM_TIMERS } = this.#times;
    const hashes = this.#inUse.reading.files.map(({ hash }) => hash);
    const waitMs = this.#settling.waitMs(reading, hashes, timers.nowMs());
    if (waitMs > 0) this.#cancelLook = timers.after(waitMs, () => this.look());
    return waitMs > 0;
  }

  #swap(next: GoodReading<Version>): void {
    const before = this.#inUse;
    this.#inUse = next;
    this.#fault = undefined;
    this.#observer.accepted(next.version);
    for (const run of this.#swapped) run(next.version, before.version);
  }

  /** A failure that repeats itself is reported once, as a bad file is. */
  #reject(fault: string, { rejection, failure }: BadReading<Problem>): void {
    const isNew = fault !== this.#fault || failure !== this.#failure;
    this.#fault = fault;
    this.#failure = failure;
    if (isNew) this.#observer.rejected(rejection);
  }

  /** A bug in a parser counts as a bad file: it must not stop every replica at the same time. */
  async #parseSafely(reading: FilesReading): Promise<ParsedReading<Version, Problem>> {
    try {
      return await parse(reading, this.#files, { isFirst: false, signal: this.#closing.signal });
    } catch (error) {
      const cause = error instanceof Error ? error.message : 'unknown fault';
      const why = `a bug: parsing ${this.#files.paths.join(', ')} failed: ${cause}`;
      return bad({ kind: 'unreadable', why });
    }
  }
}
