import type { RequestFacts } from '../session/request-facts.ts';

/**
 * All lines of one header as one value, joined by commas as RFC 9110 section 5.3 allows and as Envoy's map form does,
 * or `undefined` when there is none. A header that must be single is then simply not what it should be.
 *
 * @param name in lower case
 */
export function joinedHeader(facts: RequestFacts, name: string): string | undefined {
  let joined: string | undefined;
  for (const line of facts.headers) {
    if (line.name === name) joined = joined === undefined ? line.value : `${joined},${line.value}`;
  }
  return joined;
}
