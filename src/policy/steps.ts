/** Work that may be interrupted after each step, so that it need not hold up everything else. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Does all of the work at once. */
export function allAtOnce<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** Makes something of each entry of a list, one in each step. */
export function* eachInSteps<Entry, Made>(
  entries: readonly Entry[],
  make: (entry: Entry, i: number) => Made,
): Steps<Made[]> {
  const made: Made[] = [];
  for (const [i, entry] of entries.entries()) {
    made.push(make(entry, i));
    yield;
  }
  return made;
}
