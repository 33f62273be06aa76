/** One thing that is wrong (or, as a warning, risky) in a policy file, and where. */
export interface Problem {
  /** As the caller named it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  readonly message: string;
  /** What to do about it, when there is one obvious thing. */
  readonly hint: string | undefined;
}

/** A key or index on the way from the root of the file to a value. */
export type PathStep = string | number;

/**
 * Takes one complaint about the value at a path; it is given its line and column later.
 * @param target `key`: point at the key instead of its value
 */
export type Report = (
  path: readonly PathStep[],
  message: string,
  hint?: string,
  target?: 'key',
) => void;
