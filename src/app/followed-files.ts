import { createHash } from 'node:crypto';
import { readWholeFile, watchFile } from './watched-file.ts';
import type { FileReading, FileWatch } from './watched-file.ts';

/** Why files are not taken into force. */
export type FilesRejection<Problem> =
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** What the content of the files is good for. */
export type FilesJudgement<Version, Problem> =
  | { readonly kind: 'good'; readonly version: Version }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** What to follow, and what to make of it. */
export interface FilesToFollow<Version, Problem> {
  /** At least one; all are one version together. */
  readonly paths: readonly string[];
  /** Makes a version of what stands in the files, in the order of the paths. `hash` names the content of all. */
  judge(
    texts: readonly string[],
    hash: string,
  ): FilesJudgement<Version, Problem> | Promise<FilesJudgement<Version, Problem>>;
}

export interface FollowedFilesEvents<Version, Problem> {
  /** A new version is in force. */
  accepted(version: Version): void;
  /** The files are bad, and the version before stays in force. Told once for each different badness. */
  rejected(rejection: FilesRejection<Problem>): void;
  /** The files were bad, and are again what has been in force all the while. */
  restored(): void;
}

/**
 * One version of one or more files in force. Changed files are judged whole and then swapped whole, so that whoever
 * asks for the version sees all of one and nothing of another; bad ones change nothing and are told.
 */
export class FollowedFiles<Version, Problem> {
  readonly #files: FilesToFollow<Version, Problem>;
  readonly #events: FollowedFilesEvents<Version, Problem>;
  #current: Version;
  #hash: string;
  /** What the last bad reading was; `undefined` while the files are what is in force. */
  #badness: string | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isLookDue = false;
  #watches: readonly FileWatch[] = [];

  private constructor(
    files: FilesToFollow<Version, Problem>,
    first: GoodReading<Version>,
    events: FollowedFilesEvents<Version, Problem>,
  ) {
    this.#files = files;
    this.#current = first.version;
    this.#hash = first.hash;
    this.#events = events;
  }

  /** Loads the first version and then follows the files; without a good first version tells why, and follows nothing. */
  static async start<Version, Problem>(
    files: FilesToFollow<Version, Problem>,
    events: FollowedFilesEvents<Version, Problem>,
    pollMs?: number,
  ): Promise<FollowedFiles<Version, Problem> | FilesRejection<Problem>> {
    const first = await judge(await readFiles(files.paths), files);
    if (first.kind !== 'good') return first.rejection;
    const self = new FollowedFiles(files, first, events);
    self.#watches = files.paths.map((path) => watchFile(path, () => self.look(), pollMs));
    self.look(); // what was written between the first reading and the watch
    await self.#reading;
    return self;
  }

  /** The version in force. */
  get current(): Version {
    return this.#current;
  }

  /** Reads the files again; several calls while one reading runs are one more reading. */
  look(): void {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    this.#reading = this.#reading.then(() => this.#readAgain());
  }

  /** Stops following; resolves when no reading runs any more. */
  async close(): Promise<void> {
    for (const watch of this.#watches) watch.close();
    await this.#reading;
  }

  async #readAgain(): Promise<void> {
    this.#isLookDue = false;
    const reading = await readFiles(this.#files.paths);
    if (reading.kind === 'content' && reading.hash === this.#hash) {
      if (this.#badness !== undefined) this.#events.restored();
      this.#badness = undefined;
      return;
    }
    const badness = reading.kind === 'content' ? reading.hash : reading.why;
    if (badness === this.#badness) return;
    const judgement = await this.#judgeSafely(reading);
    if (judgement.kind === 'good') {
      this.#current = judgement.version;
      this.#hash = judgement.hash;
      this.#badness = undefined;
      this.#events.accepted(judgement.version);
    } else {
      this.#badness = badness;
      this.#events.rejected(judgement.rejection);
    }
  }

  /** A bug in a parser is one more way to be bad: it must not end every replica at once. */
  async #judgeSafely(reading: FilesReading): Promise<Judged<Version, Problem>> {
    try {
      return await judge(reading, this.#files);
    } catch (error) {
      const words = error instanceof Error ? error.message : 'unknown fault';
      const why = `${this.#files.paths.join(', ')} cannot be judged, which is a bug: ${words}`;
      return { kind: 'bad', rejection: { kind: 'unreadable', why } };
    }
  }
}

type FilesReading =
  | { readonly kind: 'content'; readonly texts: readonly string[]; readonly hash: string }
  | { readonly kind: 'unreadable'; readonly why: string };

interface GoodReading<Version> {
  readonly kind: 'good';
  readonly version: Version;
  readonly hash: string;
}

type Judged<Version, Problem> =
  GoodReading<Version> | { readonly kind: 'bad'; readonly rejection: FilesRejection<Problem> };

/** All files, or the first one that cannot be read. */
async function readFiles(paths: readonly string[]): Promise<FilesReading> {
  const readings = await Promise.all(paths.map(readWholeFile));
  const contents: Extract<FileReading, { kind: 'content' }>[] = [];
  for (const reading of readings) {
    if (reading.kind === 'unreadable') return reading;
    contents.push(reading);
  }
  return { kind: 'content', texts: contents.map(({ text }) => text), hash: hashOf(contents) };
}

/** Of one file its own; what stands in several cannot move from one to the next without another hash. */
function hashOf(contents: readonly { readonly hash: string }[]): string {
  const [first, ...more] = contents.map(({ hash }) => hash);
  if (first === undefined) throw new TypeError('nothing to follow');
  if (more.length === 0) return first;
  const all = [first, ...more].join(' ');
  return createHash('sha256').update(all).digest('hex').slice(0, first.length);
}

async function judge<Version, Problem>(
  reading: FilesReading,
  files: FilesToFollow<Version, Problem>,
): Promise<Judged<Version, Problem>> {
  if (reading.kind === 'unreadable') return { kind: 'bad', rejection: reading };
  const { texts, hash } = reading;
  const judgement = await files.judge(texts, hash);
  return judgement.kind === 'good'
    ? { kind: 'good', version: judgement.version, hash }
    : { kind: 'bad', rejection: { kind: 'invalid', problems: judgement.problems } };
}
