import type { FilesReading } from './read-file.ts';

/** Why the files cannot be used. */
export type FilesRejection<Problem> =
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** What parsing the files gave. */
export type ParsedFiles<Version, Problem> =
  | { readonly kind: 'good'; readonly version: Version }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }
  /** Nothing is known of the files. They are parsed again at the next look. */
  | { readonly kind: 'failed'; readonly why: string };

/** When files are parsed. */
export interface ParseOccasion {
  /** The process waits for its first version, and does not serve yet. */
  readonly isFirst: boolean;
  /** Aborted when the result is not needed any more. */
  readonly signal: AbortSignal;
}

/** Which files to follow, and how to parse them. */
export interface FilesToFollow<Version, Problem> {
  /** At least one. Together they form one version. */
  readonly paths: readonly string[];
  /**
   * Makes a version of the files.
   * @param texts their contents, in the order of the paths
   * @param hash identifies these contents
   */
  parse(
    texts: readonly string[],
    hash: string,
    occasion: ParseOccasion,
  ): ParsedFiles<Version, Problem> | Promise<ParsedFiles<Version, Problem>>;
}

/** Files that can be used, and what they were made into. */
export interface GoodReading<Version> {
  readonly kind: 'good';
  readonly version: Version;
  readonly reading: Extract<FilesReading, { kind: 'content' }>;
}

/** Files that cannot be used. */
export interface BadReading<Problem> {
  readonly kind: 'bad';
  readonly rejection: FilesRejection<Problem>;
  /** Why the files could not be judged; `undefined` if they were. */
  readonly failure: string | undefined;
}

export type ParsedReading<Version, Problem> = GoodReading<Version> | BadReading<Problem>;

/** Makes a version of what was read. */
export async function parse<Version, Problem>(
  reading: FilesReading,
  files: FilesToFollow<Version, Problem>,
  occasion: ParseOccasion,
): Promise<ParsedReading<Version, Problem>> {
  if (reading.kind === 'unreadable') return bad(reading);
  const texts = reading.files.map(({ text }) => text);
  const parsed = await files.parse(texts, reading.hash, occasion);
  switch (parsed.kind) {
    case 'good':
      return { kind: 'good', version: parsed.version, reading };
    case 'problems':
      return bad({ kind: 'invalid', problems: parsed.problems });
    case 'failed':
      return bad({ kind: 'unreadable', why: parsed.why }, parsed.why);
    default:
      return parsed satisfies never;
  }
}

export function bad<Problem>(
  rejection: FilesRejection<Problem>,
  failure?: string,
): BadReading<Problem> {
  return { kind: 'bad', rejection, failure };
}
