import type { AllowReply, HeaderPair } from './check-reply.ts';
import { guardHeaders, guardNames, headerTextOrigin } from './header-guard.ts';
import type { JudgedRequest } from './judged-request.ts';
import { LIFETIME_HEADER, ourHeaderNames } from './our-headers.ts';
import type { Reason } from './reason.ts';
import { remainingSeconds, sessionLifetime } from './session-lifetime.ts';
import { streamCutMs } from './stream-cut.ts';
import { isStreamRequest } from './stream-request.ts';
import { verdictMetadata } from './verdict-metadata.ts';

/**
 * The answer that lets a request go on. Only a session that keeps its limits is told about and cut; in all other
 * cases (nobody's request, `session: off`, observed past its limit) our headers are taken off, so that a client's own
 * copy never gets through. No name is both set and removed: Envoy would remove it.
 */
export function buildAllow(judged: JudgedRequest, reason: Reason): AllowReply {
  const { facts, strip } = judged;
  const ours = reason === 'ok' ? ourHeaders(judged) : [];
  // Ours come last, because the last one of a name is the one that stays.
  const toSet = new Map([
    ...guardHeaders(strip.set, headerTextOrigin(facts)),
    ...guardHeaders(ours),
  ]);
  const toRemove = new Set(ourHeaderNames(facts, judged.settings));
  for (const name of guardNames(strip.remove)) toRemove.add(name);
  for (const name of toSet.keys()) toRemove.delete(name);
  return {
    kind: 'allow',
    requestHeaders: [...toSet],
    requestHeadersToRemove: [...toRemove],
    responseHeaders: judged.policy.exposeLifetime ? exposed(ours) : [],
    metadata: verdictMetadata('allow', reason, judged),
  };
}

/** What a live session adds to its request. */
function ourHeaders({ clocks, policy, facts, settings }: JudgedRequest): readonly HeaderPair[] {
  if (clocks === undefined) return [];
  const headers: HeaderPair[] = [];
  const lifetime = sessionLifetime(remainingSeconds(clocks, policy));
  if (lifetime !== undefined) headers.push([LIFETIME_HEADER, lifetime]);
  const cutMs = streamCutMs(clocks, policy, isStreamRequest(facts));
  if (cutMs !== undefined) headers.push([settings.streamCutHeader, String(cutMs)]);
  return headers;
}

/**
 * What the client gets to see of it. A cached countdown would be a false one, hence `no-store`.
 * `access-control-expose-headers` is left to the application: ours would replace its own.
 */
function exposed(ours: readonly HeaderPair[]): readonly HeaderPair[] {
  const lifetime = ours.filter(([name]) => name === LIFETIME_HEADER);
  return lifetime.length === 0 ? [] : [...lifetime, ['cache-control', 'no-store']];
}
