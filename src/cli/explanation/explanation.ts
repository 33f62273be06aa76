import type { SelectionExplanation } from '../../policy/explain-selection.ts';
import type { RequestFacts } from '../../terms/request-facts.ts';
import type { Source } from '../../terms/source.ts';
import type { RehearsedAnswer } from '../rehearse-answers.ts';

/** Everything that `curfew explain` says about one request. */
export interface Explanation {
  readonly facts: RequestFacts;
  readonly sources: readonly Source[];
  readonly explanation: SelectionExplanation;
  readonly answers: readonly RehearsedAnswer[];
}
