import { joinedHeader } from '../../terms/header-lines.ts';
import type { RequestFacts } from '../../terms/request-facts.ts';

const HOST_MAX = 255;
const METHOD_MAX = 32;
/** What proxies send: a UUID, a trace ID, separators. Anything else is left out. */
const REQUEST_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/;

/**
 * What the log says of a request. The path is left out because query strings and reset links
 * contain secrets. Envoy's access log has it, together with our metadata.
 */
export function requestFields(facts: RequestFacts): object {
  return {
    method: facts.method.slice(0, METHOD_MAX),
    host: facts.host.slice(0, HOST_MAX),
    request_id: requestIdOf(facts),
  };
}

function requestIdOf(facts: RequestFacts): string | undefined {
  const value = joinedHeader(facts, 'x-request-id');
  return value !== undefined && REQUEST_ID.test(value) ? value : undefined;
}
