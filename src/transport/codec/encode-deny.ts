import type { DenyReply } from '../../authz/check-call.ts';
import { UnsafeReply } from './codec-fault.ts';
import { setHeader } from './header-change.ts';
import { metadataField } from './metadata-field.ts';
import { serializeCheckResponse, statusField } from './serialize-check-response.ts';
import { WireReader } from './wire-reader.ts';
import { bytesField, numberField, utf8, type ByteText } from './wire-writer.ts';

/** google.rpc.Code UNAUTHENTICATED. Envoy checks only whether it is 0. */
const DENY_CODE = 16;
/** CheckResponse: denied_response 2, and DeniedHttpResponse: status 1, body 3. */
const DENIED_RESPONSE = 2;
const STATUS = 1;
const BODY = 3;
/** The statuses of a DenyReply. Envoy would pass any number on, and send 403 if there is none. */
const HTTP_STATUSES: readonly number[] = [
  200, 204, 302, 303, 401, 404, 503,
] satisfies DenyReply['httpStatus'][];

/**
 * Encodes a denial.
 * @throws {UnsafeReply} also if the bytes, when read back, would not deny
 */
export function encodeDeny(reply: DenyReply): ByteText {
  if (!HTTP_STATUSES.includes(reply.httpStatus)) {
    throw new UnsafeReply('the HTTP status of the denial is not allowed');
  }
  // HttpStatus: code 1.
  let response = bytesField(STATUS, numberField(1, reply.httpStatus));
  for (const pair of reply.headers) response += setHeader(pair);
  response += bytesField(BODY, utf8(reply.body.toWellFormed()));
  const text = serializeCheckResponse(
    statusField(DENY_CODE),
    bytesField(DENIED_RESPONSE, response),
    metadataField(reply.metadata),
  );
  assertDenies(text);
  return text;
}

/**
 * Checks the bytes themselves, because a denial whose code was lost during encoding would be an
 * allow.
 * @throws {UnsafeReply} unless there is exactly one status (field 1), and its code (field 1) is the
 *   one that denies
 */
export function assertDenies(text: ByteText): void {
  let code: number | undefined;
  const reader = new WireReader(Buffer.from(text, 'latin1'));
  let seen = 0;
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    seen = reader.once(seen);
    const outer = reader.enter();
    let seenInside = 0;
    while (reader.next()) {
      if (reader.field === 1) {
        seenInside = reader.once(seenInside);
        code = reader.uint();
      } else reader.skip();
    }
    reader.leave(outer);
  }
  if (code !== DENY_CODE) throw new UnsafeReply('the bytes of a denial do not deny');
}
