import type { RequestFacts } from '../../../src/terms/request-facts.ts';

/** Facts of a plain GET, with some of them replaced. */
export function requestFacts(path: string, different: Partial<RequestFacts> = {}): RequestFacts {
  return {
    method: 'GET',
    scheme: 'https',
    host: 'app.example.com',
    path,
    headers: [],
    linesJoined: false,
    principal: '',
    context: new Map(),
    jwtMetadata: undefined,
    callBudgetMs: undefined,
    ...different,
  };
}
