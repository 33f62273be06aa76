import type { RequestFacts } from '../session/request-facts.ts';
import { isGrpcType } from './client-kind.ts';
import { joinedHeader } from './joined-header.ts';

/** True when the request says that it is a stream: an upgrade or tunnel, server-sent events, or gRPC. */
export function isStreamRequest(facts: RequestFacts): boolean {
  return (
    facts.method === 'CONNECT' ||
    joinedHeader(facts, 'upgrade') !== undefined ||
    isGrpcType(joinedHeader(facts, 'content-type')) ||
    /(?:^|,)\s*text\/event-stream\s*(?:$|[,;])/i.test(joinedHeader(facts, 'accept') ?? '')
  );
}
