import type { CompiledMatcher } from './compile-matcher.ts';
import type { MatchInput } from './fields/matcher-field.ts';
import { matches } from './compile-matcher.ts';
import type { Steps } from '../steps.ts';

/** One matcher of one list. */
interface Way {
  /** The place of its list. */
  readonly place: number;
  readonly matcher: CompiledMatcher;
}

type Ways = Way[];

/**
 * Finds the first policy that matches a request without trying all of them: policies are lists of
 * matchers, in the order of the file. Each matcher is filed
 * under one value that a request must have to match; only the matchers filed under the values of the
 * request are tried.
 */
export class SelectionIndex {
  readonly #byFirstSegment = new Map<string, Ways>();
  readonly #byHost = new Map<string, Ways>();
  /** By the pattern without its star, so the key begins with a dot. */
  readonly #byHostEnd = new Map<string, Ways>();
  readonly #byContext = new Map<string, Map<string, Ways>>();
  readonly #others: Ways = [];
  /**
   * The length of the longest key. Longer ends of a host are not looked up, so that a client cannot
   * cause thousands of look-ups.
   */
  #hostEndMax = 0;
  readonly #restPlace: number;

  private constructor(restPlace: number) {
    this.#restPlace = restPlace;
  }

  /**
   * Builds an index, one list in each step.
   * @param restPlace the place that is found when no list before it matches
   */
  static *of(
    lists: readonly (readonly CompiledMatcher[])[],
    restPlace: number,
  ): Steps<SelectionIndex> {
    const index = new SelectionIndex(restPlace === -1 ? lists.length : restPlace);
    for (const [place, matchers] of lists.entries()) {
      for (const matcher of matchers) index.#add({ place, matcher });
      yield;
    }
    return index;
  }

  /** The place of the first list with a matcher that matches a request. */
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

  /** The places of all lists with a matcher that matches, in an index of paths alone. */
  places(input: MatchInput): readonly number[] {
    const found: number[] = [];
    for (const ways of [this.#others, this.#byFirstSegment.get(firstSegment(input.path))]) {
      if (ways === undefined) continue;
      for (const { matcher, place } of ways) if (matches(matcher, input)) found.push(place);
    }
    return found;
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

/** The place of the first of these that matches, if it is before `place`. They are in file order. */
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
