import type { ClientReason } from './client-reason.ts';
import { CLIENT_WORDS } from './client-words.ts';

/** The body for programs (RFC 9457). `reason` is the member to act on; the same bytes for the same reason, always. */
export function problemDocument(reason: ClientReason): string {
  const { title, detail } = CLIENT_WORDS[reason];
  return JSON.stringify({
    type: `urn:curfew:problem:${reason}`,
    title,
    status: 401,
    detail,
    reason,
  });
}
