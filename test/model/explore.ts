/** One way on from a state. */
export interface Transition<State> {
  /** For a person who reads a trace. */
  readonly say: () => string;
  /** Whether it is a step of the store. The others (time, a call that begins) are free. */
  readonly isStep: boolean;
  readonly next: State;
  /** The promise that this transition itself breaks. */
  readonly broken?: string | undefined;
}

/** What is explored. */
export interface Model<State> {
  readonly initial: State;
  readonly transitions: (state: State) => readonly Transition<State>[];
  /** States with the same text behave alike from here on. */
  readonly encode: (state: State) => string;
  /** The promise that this state breaks. */
  readonly broken: (state: State) => string | undefined;
}

/** What an exploration came to. */
export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** The most steps of the store on the shortest way to any of the states. */
  readonly steps: number;
  /** Whether no state was left out: any number of steps leads to no other state. */
  readonly isWhole: boolean;
  readonly broken: { readonly promise: string; readonly trace: readonly string[] } | undefined;
}

interface Arrival<State> {
  readonly state: State;
  readonly code: string;
  readonly from: number;
  readonly ordinal: number;
}

/**
 * Visits every state that at most `stepsMax` steps of the store lead to, each once, in the order of
 * steps. So the trace to the first broken promise has the fewest steps that break one.
 */
export function explore<State>(model: Model<State>, stepsMax: number): Exploration {
  return new Explorer(model).run(stepsMax);
}

class Explorer<State> {
  readonly #model: Model<State>;
  readonly #visited = new Set<string>();
  /** How each state was reached: from which one, by which of its transitions. */
  readonly #from: number[] = [];
  readonly #ordinal: number[] = [];
  #transitions = 0;
  #broken: Exploration['broken'];

  constructor(model: Model<State>) {
    this.#model = model;
  }

  run(stepsMax: number): Exploration {
    const { initial, encode } = this.#model;
    let layer = [{ state: initial, code: encode(initial), from: -1, ordinal: 0 }];
    let steps = 0;
    for (;;) {
      const next = this.#close(layer, steps < stepsMax);
      if (this.#broken !== undefined || next.length === 0) break;
      layer = next;
      steps += 1;
    }
    return {
      states: this.#visited.size,
      transitions: this.#transitions,
      steps,
      isWhole: steps < stepsMax,
      broken: this.#broken,
    };
  }

  // Visits all that free transitions lead to. Returns what one more step leads to.
  #close(layer: readonly Arrival<State>[], mayStep: boolean): Arrival<State>[] {
    const { transitions, encode } = this.#model;
    const ahead = new Map<string, Arrival<State>>();
    let queue: readonly Arrival<State>[] = layer;
    while (queue.length > 0) {
      const found: Arrival<State>[] = [];
      for (const arrival of queue) {
        const id = this.#visit(arrival);
        if (id === undefined) continue;
        for (const [ordinal, { isStep, next, broken }] of transitions(arrival.state).entries()) {
          if (isStep && !mayStep) continue;
          this.#transitions += 1;
          if (broken !== undefined) this.#fail(broken, id, ordinal);
          if (this.#broken !== undefined) return [];
          const code = encode(next);
          if (this.#visited.has(code)) continue;
          const reached = { state: next, code, from: id, ordinal };
          if (!isStep) found.push(reached);
          else if (!ahead.has(code)) ahead.set(code, reached);
        }
      }
      queue = found;
    }
    return [...ahead.values()].filter(({ code }) => !this.#visited.has(code));
  }

  /** Its number, if it is new. */
  #visit({ state, code, from, ordinal }: Arrival<State>): number | undefined {
    if (this.#visited.has(code)) return undefined;
    this.#visited.add(code);
    this.#from.push(from);
    this.#ordinal.push(ordinal);
    const id = this.#from.length - 1;
    const broken = this.#model.broken(state);
    if (broken === undefined) return id;
    this.#fail(broken, from, ordinal);
    return undefined;
  }

  #fail(promise: string, from: number, ordinal: number): void {
    this.#broken ??= { promise, trace: this.#traceTo(from, ordinal) };
  }

  // States are not kept, so the way is walked again from the beginning.
  #traceTo(from: number, last: number): string[] {
    const ordinals = [last];
    for (let id = from; id > 0; id = this.#from[id] ?? 0) ordinals.push(this.#ordinal[id] ?? 0);
    let state = this.#model.initial;
    return ordinals.toReversed().map((ordinal) => {
      const taken = this.#model.transitions(state)[ordinal];
      if (taken === undefined) throw new Error('the way cannot be walked again');
      state = taken.next;
      return taken.say();
    });
  }
}
