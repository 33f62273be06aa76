import type { RequestFacts } from '../../../src/session/request-facts.ts';

/** Facts of a plain GET, but for what a test says. */
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
