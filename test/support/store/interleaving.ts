/** A call that waits for its turn. */
interface Waiting {
  readonly process: string;
  readonly go: () => void;
}

/** Lets the calls of several processes happen one at a time, in an order that is chosen. */
export class Interleaving {
  readonly #choose: (waiting: readonly string[]) => number;
  #waiting: Waiting[] = [];
  #isRunning = false;

  /** @param choose which of the waiting calls is next, by the names of their processes */
  constructor(choose: (waiting: readonly string[]) => number) {
    this.#choose = choose;
  }

  /** The same port, whose calls wait for their turn. */
  port<Port extends object>(process: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]): Promise<unknown> => {
          await this.#turn(process);
          try {
            return await (Reflect.apply(member, target, args) as Promise<unknown>);
          } finally {
            this.#isRunning = false;
          }
        };
      },
    });
  }

  /** Runs until all these have ended. */
  async run(processes: readonly Promise<unknown>[]): Promise<void> {
    const state = { isOver: false };
    const all = Promise.allSettled(processes).then(() => (state.isOver = true));
    while (!state.isOver) {
      // oxlint-disable-next-line no-await-in-loop -- until every process waits for a turn
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#isRunning || this.#waiting.length === 0) continue;
      const [next] = this.#waiting.splice(this.#choose(this.#waiting.map((one) => one.process)), 1);
      this.#isRunning = true;
      next?.go();
    }
    await all;
    await Promise.all(processes);
  }

  async #turn(process: string): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push({ process, go: resolve }));
  }
}

/** Runs something with every sequence of choices. Returns how many there are. */
export async function everyChoice(
  run: (choose: (waiting: readonly string[]) => number) => Promise<void>,
): Promise<number> {
  let count = 0;
  for (let path: number[] | undefined = []; path !== undefined;) {
    const given: readonly number[] = path;
    const taken: { readonly choice: number; readonly of: number }[] = [];
    // oxlint-disable-next-line no-await-in-loop -- each run begins afresh
    await run((waiting) => {
      const choice = given[taken.length] ?? 0;
      taken.push({ choice, of: waiting.length });
      return choice;
    });
    count += 1;
    const last = taken.findLastIndex(({ choice, of }) => choice + 1 < of);
    path =
      last < 0
        ? undefined
        : taken.slice(0, last + 1).map(({ choice }, at) => (at === last ? choice + 1 : choice));
  }
  return count;
}
