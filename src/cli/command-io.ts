/** Where a command reads and writes. */
export interface CommandIo {
  /** Each text is one or more whole lines, each with its line break. */
  out(text: string): void;
  err(text: string): void;
  /** All of standard input. @throws {Error} with a message for the user if it is too long */
  readInput(): Promise<string>;
}
