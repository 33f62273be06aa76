/** Why the process cannot start, in lines for the operator. */
export class StartFault extends Error {
  readonly code = 'ERR_START';
  /**
   * `usage`: settings or files are wrong and have to be changed. `failure`: something outside of
   * this process is in the way, such as an address that is already taken.
   */
  readonly fault: 'usage' | 'failure';
  readonly lines: readonly string[];
  constructor(fault: 'usage' | 'failure', lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'StartFault';
    this.fault = fault;
    this.lines = lines;
  }
}
