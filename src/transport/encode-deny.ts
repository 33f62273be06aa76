import type { DenyReply } from '../authz/check-call.ts';
import { serializeCheckResponse } from './check-response-message.ts';
import { setHeader } from './header-change.ts';
import { metadataMessage } from './metadata-message.ts';
import { UnsafeReply } from './unsafe-reply.ts';
import { WireReader } from './wire-reader.ts';

/** google.rpc.Code UNAUTHENTICATED. Envoy asks only whether it is 0. */
const DENY_CODE = 16;
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
  const bytes = serializeCheckResponse({
    status: { code: DENY_CODE },
    denied_response: {
      status: { code: reply.httpStatus },
      headers: reply.headers.map(setHeader),
      body: reply.body.toWellFormed(),
    },
    dynamic_metadata: metadataMessage(reply.metadata),
  });
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
