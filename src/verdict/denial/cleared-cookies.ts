import { bytesOf } from '../../terms/credential-place.ts';
import type { HeaderPair } from '../check-reply.ts';
import { clearedCookie } from './cleared-cookie.ts';
import type { JudgedRequest } from '../judged-request.ts';
import { REASONS, type DenyReason } from '../reason.ts';

/** A name that a browser takes (RFC 6265bis section 4.1.1), of a bounded length. */
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/;

/**
 * The `set-cookie` lines that make a browser forget the credential of a session which is certainly
 * gone: the cookie, its companions and its pieces. On a doubtful request no session is certainly
 * gone.
 *
 * Only for answers to navigations: the late answer of a background request must not delete the
 * cookie of a fresh login.
 */
export function clearedCookies(judged: JudgedRequest, reason: DenyReason): readonly HeaderPair[] {
  const { source, facts, isDoubtful } = judged;
  if (source === undefined || isDoubtful || !REASONS[reason].isGone) return [];
  const place = bytesOf(source.place);
  switch (place.kind) {
    case 'cookie':
      return judged
        .cookiesToClear()
        .filter((name) => NAME.test(name))
        .map((name) => ['set-cookie', clearedCookie({ ...place, name }, facts.scheme)]);
    case 'header':
    case 'bearer':
      return [];
    default:
      return place satisfies never;
  }
}
