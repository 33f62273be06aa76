import type { HeaderLine } from '../../../terms/request-facts.ts';
import type { PassiveEntry } from '../../file/policy-file.ts';

/** The name of a field, as the file writes it. */
export type MatcherField = keyof PassiveEntry;

/** The parts of a request that matchers can look at. */
export interface MatchInput {
  /** Normalised: lower case, without port and final dot. */
  readonly host: string;
  /** Without the query, in the spelling that patterns are compared in. */
  readonly path: string;
  /** Path and query as they were sent. Only passive rules look at the query. */
  readonly target: string;
  readonly method: string;
  readonly headers: readonly HeaderLine[];
  readonly principal: string;
  readonly context: ReadonlyMap<string, string>;
}

/**
 * How patterns are spelled before a path is compared with them. `canonical`: as requests are sent;
 * `decoded`: without escapes; `canonical-folded` and `folded`: the same two without case.
 */
export type PathSpelling = 'canonical' | 'canonical-folded' | 'decoded' | 'folded';

/** `literal`: as the file writes them. All other spellings ignore a final slash. */
export type PathComparison = PathSpelling | 'literal';

/** One condition of a matcher, prepared for requests. */
export interface FieldTest {
  readonly field: MatcherField;
  /** As the file writes it, for explanations. */
  readonly wanted: string;
  passes(input: MatchInput): boolean;
  /**
   * What the request has there, for explanations. `undefined` for headers and the query, because
   * their values may be credentials.
   */
  found(input: MatchInput): string | undefined;
}

/** Everything that one field of a matcher means. */
export interface FieldRule<Wanted> {
  /** The conditions of this field; a request must pass all of them. */
  testsOf(wanted: Wanted, paths: PathComparison): readonly FieldTest[];
  /**
   * True when every request that `narrow` admits is admitted by `wide`. `narrow` is `undefined` for a
   * matcher without this field, which admits every request.
   */
  covers(wide: Wanted, narrow: Wanted | undefined, paths: PathComparison): boolean;
  /**
   * Names, in lower case, of the request headers that the tests read. All other headers are
   * skipped when a check is decoded, so a header that is missing here can never match.
   */
  headersOf(wanted: Wanted): readonly string[];
}
