import type { RequestFacts } from '../session/request-facts.ts';
import { joinedHeader } from './joined-header.ts';

/**
 * Who has to understand a denial. `navigation`: a browser that shows the answer to a person; `grpc`: a gRPC or gRPC-Web
 * client, for which a redirect would be an unknown error; `program`: everything else.
 */
export type ClientKind = 'grpc' | 'navigation' | 'program';

/** Reads from the request who is asking. Decides only the shape of an answer, never whether it is a denial. */
export function clientKind(facts: RequestFacts): ClientKind {
  if (isGrpcType(joinedHeader(facts, 'content-type'))) return 'grpc';
  return isNavigation(facts) ? 'navigation' : 'program';
}

/** `application/grpc`, `application/grpc+proto`, `application/grpc-web-text`, … */
export function isGrpcType(contentType: string | undefined): boolean {
  return contentType !== undefined && /^\s*application\/grpc(?:$|[-+;\s])/i.test(contentType);
}

function isNavigation(facts: RequestFacts): boolean {
  const mode = joinedHeader(facts, 'sec-fetch-mode');
  const dest = joinedHeader(facts, 'sec-fetch-dest');
  if (mode !== undefined || dest !== undefined) return mode === 'navigate' && dest === 'document';
  return (
    (facts.method === 'GET' || facts.method === 'HEAD') &&
    acceptsHtml(joinedHeader(facts, 'accept')) &&
    joinedHeader(facts, 'upgrade') === undefined &&
    joinedHeader(facts, 'x-requested-with') === undefined
  );
}

/** Names `text/html` itself: a wildcard is what programs send. */
function acceptsHtml(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return (
      type === 'text/html' && !parameters.some((parameter) => /^q=0(?:\.0{0,3})?$/.test(parameter))
    );
  });
}
