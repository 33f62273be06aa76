import type { RequestFacts } from '../terms/request-facts.ts';
import { isConnectStreamType, isGrpcType } from './stream-type.ts';

const EVENT_STREAM = /(?:^|,)\s*text\/event-stream\s*(?:$|[,;])/i;

/**
 * Whether the request says that it is a stream: an upgrade or tunnel, a GET for server-sent events,
 * gRPC, or a stream of the Connect protocol. Many clients send `text/event-stream` in the `accept` of
 * a POST, although the answer is seldom a stream.
 */
export function isStreamRequest(facts: RequestFacts): boolean {
  if (facts.method === 'CONNECT') return true;
  // One pass, because every allow asks. One line suffices: a client can only shorten its own
  // stream.
  for (const { name, value } of facts.headers) {
    if (name === 'upgrade') return true;
    if (name === 'content-type' && (isGrpcType(value) || isConnectStreamType(value))) return true;
    if (name === 'accept' && facts.method === 'GET' && namesEventStream(value)) return true;
  }
  return false;
}

/** Whether a value of `accept` names event streams, alone or among others. */
export function namesEventStream(accept: string): boolean {
  return EVENT_STREAM.test(accept);
}
