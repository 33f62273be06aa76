import type { DenyReply } from '../check-reply.ts';
import { CLIENT_WORDS } from './client-words.ts';
import type { ClientReason } from '../reason.ts';

/**
 * The body for programs (RFC 9457). Programs act on the member `reason`. The same reason always
 * gives the same bytes.
 */
export function problemDocument(
  reason: ClientReason,
  status: DenyReply['httpStatus'] = 401,
): string {
  const { title, detail } = CLIENT_WORDS[reason];
  return JSON.stringify({
    type: `urn:curfew:problem:${reason}`,
    title,
    status,
    detail,
    reason,
  });
}
