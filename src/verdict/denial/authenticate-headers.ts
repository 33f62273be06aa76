import { challenges } from './challenge.ts';
import type { HeaderPair } from '../check-reply.ts';
import { asksForFreshLogin, maxAgeS } from './fresh-login.ts';
import type { JudgedRequest } from '../judged-request.ts';
import { REASONS, type DenyReason } from '../reason.ts';

/** Challenges the source that was tried; without one, every source that the policy admits. */
export function authenticateHeaders(
  judged: JudgedRequest,
  reason: DenyReason,
): readonly HeaderPair[] {
  const { source, admittedSources, settings } = judged;
  const sources = source === undefined || reason === 'no_credential' ? admittedSources : [source];
  const words = {
    realm: settings.realm,
    reason: REASONS[reason].clientReason,
    asksForFreshLogin: asksForFreshLogin(judged, reason),
    maxAgeS: maxAgeS(judged, reason),
  };
  return challenges(sources, words).map((value) => ['www-authenticate', value]);
}
