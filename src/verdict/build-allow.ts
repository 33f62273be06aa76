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
  const { facts, strip, settings } = judged;
  const lifetime = reason === 'ok' ? lifetimeValue(judged) : undefined;
  const toSet = new Map<string, string>(guardHeaders(strip.set, headerTextOrigin(facts)));
  if (lifetime !== undefined) toSet.set(LIFETIME_HEADER, lifetime);
  const cutMs = reason === 'ok' ? cutAfterMs(judged) : undefined;
  if (cutMs !== undefined) toSet.set(settings.streamCutHeader, String(cutMs));

  const toRemove = new Set([...guardNames(strip.remove), ...ourHeaderNames(facts, settings)]);
  for (const name of toSet.keys()) toRemove.delete(name);
  return {
    kind: 'allow',
    requestHeaders: guardHeaders([...toSet]),
    requestHeadersToRemove: [...toRemove],
    responseHeaders: judged.policy.exposeLifetime ? exposed(lifetime) : [],
    metadata: verdictMetadata('allow', reason, judged),
  };
}

function lifetimeValue({ clocks, policy }: JudgedRequest): string | undefined {
  return clocks === undefined ? undefined : sessionLifetime(remainingSeconds(clocks, policy));
}

function cutAfterMs({ clocks, policy, facts }: JudgedRequest): number | undefined {
  return clocks === undefined ? undefined : streamCutMs(clocks, policy, isStreamRequest(facts));
}

/**
 * A cached countdown would be a false one, hence `no-store`. `access-control-expose-headers` is left to the
 * application: ours would replace its own.
 */
function exposed(lifetime: string | undefined): readonly HeaderPair[] {
  if (lifetime === undefined) return [];
  return [
    [LIFETIME_HEADER, lifetime],
    ['cache-control', 'no-store'],
  ];
}
