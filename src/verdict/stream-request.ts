import type { RequestFacts } from '../session/request-facts.ts';
import { isGrpcType } from './client-kind.ts';

const EVENT_STREAM = /(?:^|,)\s*text\/event-stream\s*(?:$|[,;])/i;

/** True when the request says that it is a stream: an upgrade or tunnel, server-sent events, or gRPC. */
export function isStreamRequest(facts: RequestFacts): boolean {
  if (facts.method === 'CONNECT') return true;
  // One pass, because every allow asks. Any line may say it: that only shortens what the client gets.
  for (const { name, value } of facts.headers) {
    if (name === 'upgrade') return true;
    if (name === 'content-type' && isGrpcType(value)) return true;
    if (name === 'accept' && EVENT_STREAM.test(value)) return true;
  }
  return false;
}
