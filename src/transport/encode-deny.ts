import type { DenyReply } from '../authz/check-call.ts';
import { setHeader } from './header-change.ts';
import { metadataBytes } from './metadata-bytes.ts';
import { serializeCheckResponse } from './serialize-check-response.ts';
import { UnsafeReply } from './unsafe-reply.ts';
import { WireReader } from './wire-reader.ts';
import { bytesField, numberField, utf8 } from './wire-writer.ts';

/** google.rpc.Code UNAUTHENTICATED. Envoy asks only whether it is 0. */
const DENY_CODE = 16;
/** CheckResponse: denied_response 2, and the fields of DeniedHttpResponse. */
const DENIED_RESPONSE = 2;
const STATUS = 1;
const HEADERS = 2;
const BODY = 3;
/** What a DenyReply may carry. Envoy would send any number on, and for none of its own a 403. */
const HTTP_STATUSES: readonly number[] = [401, 302, 303] satisfies DenyReply['httpStatus'][];

/**
 * The bytes of a denial.
 * @throws {UnsafeReply} also when the bytes, read back, would not deny
 */
export function encodeDeny(reply: DenyReply): Buffer {
  if (!HTTP_STATUSES.includes(reply.httpStatus)) {
    throw new UnsafeReply('the HTTP status of the denial is none of ours');
  }
  // HttpStatus: code 1.
  let response = bytesField(STATUS, numberField(1, reply.httpStatus));
  for (const pair of reply.headers) response += bytesField(HEADERS, setHeader(pair));
  response += bytesField(BODY, utf8(reply.body.toWellFormed()));
  const bytes = serializeCheckResponse(
    DENY_CODE,
    bytesField(DENIED_RESPONSE, response),
    metadataBytes(reply.metadata),
  );
  assertDenies(bytes);
  return bytes;
}

/**
 * Looks at the bytes themselves, because a denial whose code got lost on the way would be an allow.
 * @throws {UnsafeReply} unless there is exactly one status (field 1), and its code (field 1) is the one that denies
 */
export function assertDenies(bytes: Buffer): void {
  let code: number | undefined;
  const response = new WireReader(bytes);
  while (response.next()) {
    if (response.field !== 1) {
      response.skip();
      continue;
    }
    const status = response.once().message();
    while (status.next()) {
      if (status.field === 1) code = status.once().uint();
      else status.skip();
    }
  }
  if (code !== DENY_CODE) throw new UnsafeReply('the bytes of a denial do not deny');
}
