/** Where a command writes. Each text is one or more whole lines, ended by a line break. */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
}
