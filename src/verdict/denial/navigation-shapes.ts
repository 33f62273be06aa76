import { authenticateHeaders } from './authenticate-headers.ts';
import type { HeaderPair } from '../check-reply.ts';
import { clearedCookies } from './cleared-cookies.ts';
import { DENIAL_PAGE_CSP, denialPage, FRAMED_PAGE_CSP } from './denial-page.ts';
import type { DenialShape } from './denial-shape.ts';
import { maxAgeS } from './fresh-login.ts';
import { printable } from '../header-guard.ts';
import type { JudgedRequest } from '../judged-request.ts';
import { loginLocation } from './login-location.ts';
import { REASONS, type DenyReason } from '../reason.ts';

const EXPOSED = ['www-authenticate'];

/** A redirect to the login where that helps, else a page. */
export function documentShape(judged: JudgedRequest, reason: DenyReason): DenialShape {
  const { method } = judged.facts;
  const location = loginOf(judged, reason);
  const isRedirect = !judged.isDoubtful && REASONS[reason].isMendedByLogin;
  if (location === undefined || !isRedirect) return page(judged, reason, DENIAL_PAGE_CSP);
  return {
    // 303 turns a POST into a GET in every client; for GET and HEAD both mean the same.
    httpStatus: method === 'GET' || method === 'HEAD' ? 302 : 303,
    headers: [['location', location]],
    body: '',
    // The login drops a dead cookie. The late answer of one tab must not delete the cookie of a
    // login that took place in another.
    cookies: judged.isLoginSource ? [] : clearedCookies(judged, reason),
    exposed: EXPOSED,
  };
}

/** A page: a login page may refuse to show in a frame, and its user would not see where it is. */
export function frameShape(judged: JudgedRequest, reason: DenyReason): DenialShape {
  return page(judged, reason, FRAMED_PAGE_CSP);
}

function page(judged: JudgedRequest, reason: DenyReason, policy: string): DenialShape {
  const headers: readonly HeaderPair[] = [
    ...authenticateHeaders(judged, reason),
    ['content-type', 'text/html; charset=utf-8'],
    ['content-security-policy', policy],
    ['x-content-type-options', 'nosniff'],
  ];
  return {
    httpStatus: 401,
    headers,
    body: denialPage(REASONS[reason].clientReason, loginOf(judged, reason)),
    cookies: clearedCookies(judged, reason),
    exposed: EXPOSED,
  };
}

/** Where the login is, or `undefined` if the policy does not say. */
function loginOf(judged: JudgedRequest, reason: DenyReason): string | undefined {
  const { facts, policy } = judged;
  if (policy.loginUrl === undefined) return undefined;
  const location = loginLocation(policy.loginUrl, {
    facts,
    returnHosts: policy.returnHosts,
    reason: REASONS[reason].clientReason,
    maxAgeS: maxAgeS(judged, reason),
  });
  return printable(location);
}
