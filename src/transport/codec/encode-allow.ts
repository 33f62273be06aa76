import type { AllowReply } from '../../authz/check-call.ts';
import { UnsafeReply } from './codec-fault.ts';
import { safeName, setHeader, setResponseHeader } from './header-change.ts';
import { metadataField } from './metadata-field.ts';
import { PartCache } from './part-cache.ts';
import { serializeCheckResponse, statusField } from './serialize-check-response.ts';
import { bytesField, type ByteText } from './wire-writer.ts';
import { Wrapping } from './wrapping.ts';

/** google.rpc.Code OK. It is written although 0 is the default of protobuf. */
const ALLOW_CODE = 0;
/** CheckResponse: ok_response 3, and OkHttpResponse: headers_to_remove 5. */
const OK_RESPONSE = 3;
const HEADERS_TO_REMOVE = 5;

const ALLOW_STATUS = statusField(ALLOW_CODE);
const okResponse = new Wrapping((response) => bytesField(OK_RESPONSE, response));
const removals = new PartCache((name) => bytesField(HEADERS_TO_REMOVE, safeName(name)));

/**
 * The only function of this program that makes bytes which let a request through. To Envoy a
 * missing status, and so a CheckResponse of no bytes at all, is an allow: so the kind of the reply
 * is checked explicitly, and there is no default anywhere.
 *
 * `test/unit/transport/codec/plain-response.ts` shows the same response as one plain object. This
 * function writes the same bytes out of parts that it keeps from one reply to the next.
 *
 * @throws {UnsafeReply} also for a header that is both set and removed: Envoy removes after it
 *   sets, so the header would be lost
 */
export function encodeAllow(reply: AllowReply): ByteText {
  if (reply.kind !== 'allow') throw new UnsafeReply('asked to allow a reply that is not an allow');
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
