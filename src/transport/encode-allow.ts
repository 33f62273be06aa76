import type { AllowReply } from '../authz/check-call.ts';
import { safeName, setHeader, setResponseHeader } from './header-change.ts';
import { metadataField } from './metadata-field.ts';
import { PartCache } from './part-cache.ts';
import { serializeCheckResponse, statusField } from './serialize-check-response.ts';
import { UnsafeReply } from './unsafe-reply.ts';
import { bytesField, type ByteText } from './wire-writer.ts';
import { Wrapping } from './wrapping.ts';

/** google.rpc.Code OK. Written out, although 0 is what protobuf assumes. */
const ALLOW_CODE = 0;
/** CheckResponse: ok_response 3, and OkHttpResponse: headers_to_remove 5. */
const OK_RESPONSE = 3;
const HEADERS_TO_REMOVE = 5;

const ALLOW_STATUS = statusField(ALLOW_CODE);
const okResponse = new Wrapping((response) => bytesField(OK_RESPONSE, response));
const removals = new PartCache((name) => bytesField(HEADERS_TO_REMOVE, safeName(name)));

/**
 * The only function of this program that makes bytes which let a request through. To Envoy a missing status, and so a
 * CheckResponse of no bytes at all, is an allow; hence the explicit look at the reply's kind, and no default anywhere.
 *
 * Envoy removes after it sets, so a name in both lists would be lost: that is a fault.
 * @throws {UnsafeReply}
 */
export function encodeAllow(reply: AllowReply): ByteText {
  if (reply.kind !== 'allow') throw new UnsafeReply('asked to allow what is no allow');
  const { requestHeaders, requestHeadersToRemove, responseHeaders } = reply;
  let response = '';
  for (const pair of requestHeaders) {
    if (requestHeadersToRemove.includes(pair[0])) {
      throw new UnsafeReply('a request header is both set and removed');
    }
    response += setHeader(pair);
  }
  for (const name of requestHeadersToRemove) response += removals.of(name);
  for (const pair of responseHeaders) response += setResponseHeader(pair);
  return serializeCheckResponse(
    ALLOW_STATUS,
    okResponse.around(response),
    metadataField(reply.metadata),
  );
}
