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
 * Takes one complaint about the value at a path; its line and column are added later.
 * @param target `key`: point at the key instead of its value
 */
export type Report = (
  path: readonly PathStep[],
  message: string,
  hint?: string,
  target?: 'key',
) => void;

/** Takes complaints whose paths begin below `steps`, such as those about one entry of a list. */
export function reportBelow(steps: readonly PathStep[], report: Report): Report {
  return (path, message, hint, target) => report([...steps, ...path], message, hint, target);
}

/** Where complaints go, by what follows from them. */
export interface Findings {
  /** The file cannot be used. */
  readonly problem: Report;
  /**
   * An earlier version accepted the file, so a process still starts with it, and assumes what the
   * message says. `curfew check-config` refuses it.
   */
  readonly assumed: Report;
  /** Accepted, but probably not what was meant. */
  readonly warning: Report;
  /** Probably right, but good to know. */
  readonly note: Report;
}

/** Takes findings whose paths begin below `steps`. */
export function findingsBelow(steps: readonly PathStep[], findings: Findings): Findings {
  return {
    problem: reportBelow(steps, findings.problem),
    assumed: reportBelow(steps, findings.assumed),
    warning: reportBelow(steps, findings.warning),
    note: reportBelow(steps, findings.note),
  };
}
