/** Why the process cannot start, in lines for whoever started it. */
export class StartFault extends Error {
  readonly code = 'ERR_START';
  /** `usage`: settings or files are wrong, and only somebody can change that. `failure`: the surroundings are. */
  readonly fault: 'usage' | 'failure';
  readonly lines: readonly string[];
  constructor(fault: 'usage' | 'failure', lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'StartFault';
    this.fault = fault;
    this.lines = lines;
  }
}
