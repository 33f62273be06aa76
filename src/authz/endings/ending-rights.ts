import { isAheadOfClick } from '../../policy/selection/passive-hint.ts';
import { readHost } from '../../policy/selection/readings/read-host.ts';
import type { SessionEnding } from '../../terms/effective-policy.ts';
import { joinedHeader } from '../../terms/header-lines.ts';
import type { RequestFacts } from '../../terms/request-facts.ts';

/**
 * Why a request ends no session, although a policy with `ends_session` asks for it. `prefetch`: no
 * person has clicked yet. `image`: a page of any site can show one. `other_site`: a page of another
 * site sent it, or one of another host that is not in `cors_origins`.
 */
export type NoEndReason = 'prefetch' | 'image' | 'other_site';

/** `undefined`: the request ends the sessions of its credentials. */
export function whyNoEnd(
  facts: RequestFacts,
  ending: Pick<SessionEnding, 'corsOrigins'>,
): NoEndReason | undefined {
  if (isAheadOfClick(facts)) return 'prefetch';
  if (isImage(facts)) return 'image';
  return isOwnRequest(facts, ending) ? undefined : 'other_site';
}

/**
 * By `sec-fetch-site` (W3C Fetch Metadata), whose `none` is a person's own doing, such as an address
 * that was typed; and by `origin` (RFC 6454). Programs and old browsers send neither.
 */
function isOwnRequest(
  facts: RequestFacts,
  { corsOrigins }: Pick<SessionEnding, 'corsOrigins'>,
): boolean {
  const site = joinedHeader(facts, 'sec-fetch-site');
  const origin = joinedHeader(facts, 'origin');
  if (site === undefined && origin === undefined) return true;
  if (site === 'same-origin' || site === 'none') return true;
  if (origin === undefined) return false;
  return corsOrigins.has(origin) || isOwnOrigin(origin, facts.host);
}

const ORIGIN = /^https?:\/\/([^/]+)$/;

/** Whether an origin is one of the host that the request is for. Ports are not compared. */
function isOwnOrigin(origin: string, host: string): boolean {
  const [, written] = ORIGIN.exec(origin) ?? [];
  if (written === undefined) return false;
  const { normalised, malformed } = readHost(written);
  return !malformed && normalised !== '' && normalised === readHost(host).normalised;
}

/** Browsers without fetch metadata ask for pictures by `accept`, and for nothing else first. */
function isImage(facts: RequestFacts): boolean {
  const dest = joinedHeader(facts, 'sec-fetch-dest');
  if (dest !== undefined) return dest.split(',').some((each) => each.trim() === 'image');
  return /^\s*image\//i.test(joinedHeader(facts, 'accept') ?? '');
}
