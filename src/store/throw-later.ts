/** Lets a bug of a caller surface as what it is, but not in the midst of work for others. */
export function throwLater(bug: unknown): void {
  process.nextTick(() => {
    throw bug;
  });
}
