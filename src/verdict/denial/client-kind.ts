import { joinedHeader } from '../../terms/header-lines.ts';
import { queryOf } from '../../terms/path.ts';
import type { RequestFacts } from '../../terms/request-facts.ts';
import { isConnectStreamType } from '../stream-type.ts';
import { navigationOf, type Navigation } from '../navigation.ts';

/**
 * The kind of client that gets a denial: a browser that shows the answer to a person (`document` or
 * `frame`), a client of one of the protocols, for which a redirect would be an unknown error, or a
 * `program`, which is everything else.
 */
export type ClientKind = Navigation | 'grpc' | 'grpc-web' | 'connect' | 'mcp' | 'program';

const GRPC = /^\s*application\/grpc(?:$|[+;\s])/i;
const GRPC_WEB = /^\s*application\/grpc-web(?:-text)?(?:$|[+;\s])/i;
/** A unary call of the Connect protocol by GET. */
const CONNECT_QUERY = /(?:^|&)connect=v1(?:&|$)/;

/**
 * Reads the kind of client from its request. It decides the shape of a denial, never whether there
 * is one.
 */
export function clientKind(facts: RequestFacts): ClientKind {
  const contentType = joinedHeader(facts, 'content-type') ?? '';
  if (GRPC.test(contentType)) return 'grpc';
  if (GRPC_WEB.test(contentType)) return 'grpc-web';
  if (isConnectStreamType(contentType)) return 'connect';
  if (joinedHeader(facts, 'connect-protocol-version') !== undefined) return 'connect';
  if (joinedHeader(facts, 'mcp-protocol-version') !== undefined) return 'mcp';
  return navigationOf(facts) ?? (isConnectQuery(facts) ? 'connect' : 'program');
}

function isConnectQuery({ method, path }: RequestFacts): boolean {
  return method === 'GET' && CONNECT_QUERY.test(queryOf(path));
}
