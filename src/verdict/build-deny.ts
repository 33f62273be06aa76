import type { DenyReply, HeaderPair } from './check-reply.ts';
import { challenges } from './challenge.ts';
import { clearedCookie, cookieOf } from './cleared-cookie.ts';
import { clientKind, type ClientKind } from './client-kind.ts';
import { clientReason, type ClientReason } from './client-reason.ts';
import { corsHeaders } from './cors-headers.ts';
import { DENIAL_PAGE_CSP, denialPage } from './denial-page.ts';
import { guardHeaders } from './header-guard.ts';
import type { JudgedRequest } from './judged-request.ts';
import { loginLocation } from './login-location.ts';
import { problemDocument } from './problem-document.ts';
import { verdictMetadata } from './verdict-metadata.ts';
import type { DenyReason } from './verdict.ts';

/**
 * The answer that a client gets instead of the application's, in the shape that it understands: a redirect to the
 * login or a page for navigations, a problem document for programs, and for gRPC the 401 that Envoy makes status 16.
 */
export function buildDeny(judged: JudgedRequest, reason: DenyReason): DenyReply {
  const kind = clientKind(judged.facts);
  const told = clientReason(reason);
  const { httpStatus, headers, body } = answer(judged, kind, told);
  return {
    kind: 'deny',
    httpStatus,
    headers: guardHeaders([
      ...headers,
      ['cache-control', 'no-store'],
      ...clearedCookies(judged, kind, reason),
      ...corsHeaders(judged.facts, judged.policy, exposedTo(kind)),
    ]),
    body,
    metadata: verdictMetadata('deny', reason, judged),
  };
}

interface Answer {
  readonly httpStatus: DenyReply['httpStatus'];
  readonly headers: readonly HeaderPair[];
  readonly body: string;
}

function answer(judged: JudgedRequest, kind: ClientKind, told: ClientReason): Answer {
  const { facts, policy } = judged;
  const maxAgeS = told === 'reauthentication_required' ? reachedTimeoutS(judged) : undefined;
  if (kind === 'navigation' && policy.loginUrl !== undefined && !judged.ambiguousPath) {
    const values = { facts, returnHosts: policy.returnHosts, reason: told, maxAgeS };
    return {
      // 303 turns a POST into a GET in every client; for GET and HEAD both mean the same.
      httpStatus: facts.method === 'GET' || facts.method === 'HEAD' ? 302 : 303,
      headers: [['location', loginLocation(policy.loginUrl, values)]],
      body: '',
    };
  }
  const asked = challenges(challengedSources(judged, told), {
    realm: judged.settings.realm,
    reason: told,
    maxAgeS,
  });
  const authenticate = asked.map((value): HeaderPair => ['www-authenticate', value]);
  return kind === 'navigation'
    ? { httpStatus: 401, headers: [...authenticate, ...PAGE_HEADERS], body: denialPage(told) }
    : {
        httpStatus: 401,
        headers: [...authenticate, ...PROBLEM_HEADERS],
        body: problemDocument(told),
      };
}

const PROBLEM_HEADERS: readonly HeaderPair[] = [
  ['content-type', 'application/problem+json'],
  ['x-content-type-options', 'nosniff'],
];
const PAGE_HEADERS: readonly HeaderPair[] = [
  ['content-type', 'text/html; charset=utf-8'],
  ['content-security-policy', DENIAL_PAGE_CSP],
  ['x-content-type-options', 'nosniff'],
];

/** The source that was tried; without one, whatever would have been admitted. */
function challengedSources(
  judged: JudgedRequest,
  told: ClientReason,
): JudgedRequest['admittedSources'] {
  return judged.source === undefined || told === 'no_credential'
    ? judged.admittedSources
    : [judged.source];
}

/** RFC 9470: how old a login may be, which is the timeout that was reached. */
function reachedTimeoutS({ policy, reachedLimit }: JudgedRequest): number | undefined {
  if (reachedLimit === undefined) return undefined;
  const timeoutMs = reachedLimit === 'idle' ? policy.idleTimeoutMs : policy.absoluteTimeoutMs;
  return timeoutMs === undefined ? undefined : Math.floor(timeoutMs / 1000);
}

/**
 * Only a navigation clears: a late background answer must not delete the cookie of a fresh login. And only when the
 * session is gone for certain: on an ambiguous path nothing is.
 */
function clearedCookies(
  judged: JudgedRequest,
  kind: ClientKind,
  reason: DenyReason,
): readonly HeaderPair[] {
  const cookie = judged.source === undefined ? undefined : cookieOf(judged.source.place);
  if (kind !== 'navigation' || judged.ambiguousPath || cookie === undefined || !isGone(reason))
    return [];
  return [['set-cookie', clearedCookie(cookie, judged.facts.scheme)]];
}

function isGone(reason: DenyReason): boolean {
  return (
    reason === 'idle_timeout' ||
    reason === 'absolute_timeout' ||
    reason === 'revoked' ||
    reason === 'unknown_session'
  );
}

/** gRPC-Web reads its status from headers when Envoy's filter for it answers. */
function exposedTo(kind: ClientKind): readonly string[] {
  return kind === 'grpc'
    ? ['www-authenticate', 'grpc-status', 'grpc-message']
    : ['www-authenticate'];
}
