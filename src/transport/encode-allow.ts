import type { AllowReply } from '../authz/check-call.ts';
import { serializeCheckResponse } from './check-response-message.ts';
import { safeName, setHeader, setResponseHeader } from './header-change.ts';
import { metadataMessage } from './metadata-message.ts';
import { UnsafeReply } from './unsafe-reply.ts';

/** google.rpc.Code OK. Written out, although 0 is what protobuf assumes. */
const ALLOW_CODE = 0;

/**
 * The only function of this program that makes bytes which let a request through. To Envoy a missing status, and so a
 * CheckResponse of no bytes at all, is an allow; hence the explicit look at the reply's kind, and no default anywhere.
 *
 * Envoy removes after it sets, so a name in both lists would be lost: that is a fault.
 * @throws {UnsafeReply}
 */
export function encodeAllow(reply: AllowReply): Buffer {
  if (reply.kind !== 'allow') throw new UnsafeReply('asked to allow what is no allow');
  const removed = new Set(reply.requestHeadersToRemove);
  if (reply.requestHeaders.some(([name]) => removed.has(name))) {
    throw new UnsafeReply('a request header is both set and removed');
  }
  return serializeCheckResponse({
    status: { code: ALLOW_CODE },
    ok_response: {
      headers: reply.requestHeaders.map(setHeader),
      headers_to_remove: reply.requestHeadersToRemove.map(safeName),
      response_headers_to_add: reply.responseHeaders.map(setResponseHeader),
    },
    dynamic_metadata: metadataMessage(reply.metadata),
  });
}
