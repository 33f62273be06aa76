/** What was thrown, if it is an error; else an error that says `otherwise`. */
export function asError(thrown: unknown, otherwise: string): Error {
  return thrown instanceof Error ? thrown : new Error(otherwise);
}
