import type { SelectionExplanation } from '../policy/explain-selection.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { Source } from '../session/source.ts';
import type { RehearsedAnswer } from './rehearse-answers.ts';

/** Everything that `curfew explain` tells about one request. */
export interface Explanation {
  readonly facts: RequestFacts;
  readonly sources: readonly Source[];
  readonly explanation: SelectionExplanation;
  readonly answers: readonly RehearsedAnswer[];
}
