import type { CompiledMatcher, MatchInput } from './compile-matcher.ts';
import { matches } from './compile-matcher.ts';
import type { CompiledPolicy } from './compiled-policy.ts';

/** One way to reach a policy. */
interface Way {
  /** The policy's place in the file. */
  readonly place: number;
  readonly matcher: CompiledMatcher;
}

type Ways = Way[];

/**
 * Finds the first policy that reaches a request without asking all of them: each matcher stands under the one value
 * that a request must have to be matched by it, and only what stands under this request's values is asked.
 */
export class SelectionIndex {
  readonly #byFirstSegment = new Map<string, Ways>();
  readonly #byHost = new Map<string, Ways>();
  /** Under the pattern without its star, hence with the dot in front. */
  readonly #byHostEnd = new Map<string, Ways>();
  readonly #byContext = new Map<string, Map<string, Ways>>();
  readonly #others: Ways = [];
  /** Longer ends of a host are no pattern's: a client must not make us try thousands of them. */
  #hostEndMax = 0;
  readonly #restPlace: number;

  constructor(policies: readonly CompiledPolicy[]) {
    this.#restPlace = policies.findIndex(({ reach }) => reach === 'rest');
    for (const [place, { reach, matchers }] of policies.entries()) {
      if (reach !== 'matchers') continue;
      for (const matcher of matchers) this.#add({ place, matcher });
    }
  }

  /** The place in the file of the first policy that reaches a request. */
  firstPlace(input: MatchInput): number {
    const { host, path, context } = input;
    let first = earliest(this.#others, input, this.#restPlace);
    first = earliest(this.#byFirstSegment.get(firstSegment(path)), input, first);
    if (this.#byHost.size > 0) first = earliest(this.#byHost.get(host), input, first);
    if (this.#byHostEnd.size > 0) first = this.#earliestByHostEnd(input, first);
    if (context.size === 0) return first;
    for (const [key, byValue] of this.#byContext) {
      const value = context.get(key);
      if (value !== undefined) first = earliest(byValue.get(value), input, first);
    }
    return first;
  }

  #earliestByHostEnd(input: MatchInput, place: number): number {
    const { host } = input;
    let first = place;
    let dot = host.indexOf('.', host.length - this.#hostEndMax);
    for (; dot !== -1; dot = host.indexOf('.', dot + 1)) {
      first = earliest(this.#byHostEnd.get(host.slice(dot)), input, first);
    }
    return first;
  }

  #add(way: Way): void {
    const { path, host, context } = way.matcher;
    const [segment] = path?.segments ?? [];
    if (segment !== undefined && segment !== '*') {
      waysUnder(this.#byFirstSegment, segment).push(way);
    } else if (host?.startsWith('*.') === true) {
      const end = host.slice(1);
      this.#hostEndMax = Math.max(this.#hostEndMax, end.length);
      waysUnder(this.#byHostEnd, end).push(way);
    } else if (host !== undefined) {
      waysUnder(this.#byHost, host).push(way);
    } else if (context !== undefined) {
      const [key, value] = context;
      const byValue = this.#byContext.get(key) ?? new Map<string, Ways>();
      this.#byContext.set(key, byValue);
      waysUnder(byValue, value).push(way);
    } else this.#others.push(way);
  }
}

function waysUnder(index: Map<string, Ways>, value: string): Ways {
  const known = index.get(value);
  if (known !== undefined) return known;
  const ways: Ways = [];
  index.set(value, ways);
  return ways;
}

/** The place of the first of these that matches, if it is before `place`. They stand in the order of the file. */
function earliest(ways: Ways | undefined, input: MatchInput, place: number): number {
  if (ways === undefined) return place;
  for (const way of ways) {
    if (way.place >= place) return place;
    if (matches(way.matcher, input)) return way.place;
  }
  return place;
}

function firstSegment(path: string): string {
  const end = path.indexOf('/', 1);
  return end === -1 ? path.slice(1) : path.slice(1, end);
}
