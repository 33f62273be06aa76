import type { AllowReply, HeaderPair } from './check-reply.ts';
import { isListedOrigin } from './cors-headers.ts';
import { guardHeaders, guardNames, headerTextOrigin } from './header-guard.ts';
import type { JudgedRequest } from './judged-request.ts';
import { clientTwins, LIFETIME_HEADER, ourSpellings, type OurSpellings } from './our-headers.ts';
import type { Reason } from './reason.ts';
import { remainingSeconds, sessionLifetime } from './session-lifetime.ts';
import { streamCutMs } from './stream-cut.ts';
import { isStreamRequest } from './stream-request.ts';
import { verdictMetadata } from './verdict-metadata.ts';

const NONE: readonly HeaderPair[] = [];

/**
 * The answer that lets a request pass. Our headers are set only for a session that keeps its
 * limits. In all other cases (no session, `session: off`, observed past its limit) they are
 * removed, so that a client's own copy never gets through. No name is both set and removed: Envoy
 * would remove it.
 */
export function buildAllow(judged: JudgedRequest, reason: Reason): AllowReply {
  const spellings = ourSpellings(judged.settings);
  const ours = reason === 'ok' ? ourHeaders(judged, spellings) : NONE;
  const { requestHeaders, requestHeadersToRemove } = requestChanges(judged, ours, spellings);
  return {
    kind: 'allow',
    requestHeaders,
    requestHeadersToRemove,
    responseHeaders: judged.policy.exposeLifetime ? exposed(judged, ours) : NONE,
    metadata: verdictMetadata('allow', reason, judged),
  };
}

/**
 * What a live session adds to its request. All names are tokens, and all values are of our own
 * letters and digits.
 */
function ourHeaders(
  { clocks, policy, facts, passive }: JudgedRequest,
  { streamCutHeader }: OurSpellings,
): readonly HeaderPair[] {
  if (clocks === undefined) return NONE;
  const lifetime = sessionLifetime(remainingSeconds(clocks, policy));
  const cutMs = streamCutMs(clocks, policy, { isStream: isStreamRequest(facts), passive });
  const cut: HeaderPair | undefined =
    cutMs === undefined || streamCutHeader === undefined
      ? undefined
      : [streamCutHeader, String(cutMs)];
  if (lifetime === undefined) return cut === undefined ? NONE : [cut];
  return cut === undefined ? [[LIFETIME_HEADER, lifetime]] : [[LIFETIME_HEADER, lifetime], cut];
}

type RequestChanges = Pick<AllowReply, 'requestHeaders' | 'requestHeadersToRemove'>;

function requestChanges(
  judged: JudgedRequest,
  ours: readonly HeaderPair[],
  spellings: OurSpellings,
): RequestChanges {
  const { facts, strip } = judged;
  const twins = clientTwins(facts, judged.settings);
  const isStripped = strip.set.length > 0 || strip.remove.length > 0;
  if (!isStripped && twins.length === 0 && spellings.streamCutHeader !== LIFETIME_HEADER) {
    return { requestHeaders: ours, requestHeadersToRemove: spellings.besides(ours) };
  }
  // Ours come last, because the last value of a name stays.
  const toSet = new Map([...guardHeaders(strip.set, headerTextOrigin(facts)), ...ours]);
  const toRemove = new Set([...spellings.all, ...guardNames(twins), ...guardNames(strip.remove)]);
  for (const name of toSet.keys()) toRemove.delete(name);
  return { requestHeaders: [...toSet], requestHeadersToRemove: [...toRemove] };
}

/**
 * The headers that the client sees too. A cached countdown would be wrong, so they come with
 * `no-store`. A page of a listed origin may read them: the encoder adds to the names that the
 * application exposes.
 */
function exposed(
  { facts, policy }: JudgedRequest,
  ours: readonly HeaderPair[],
): readonly HeaderPair[] {
  const lifetime = ours.filter(([name]) => name === LIFETIME_HEADER);
  if (lifetime.length === 0) return NONE;
  const seen: readonly HeaderPair[] = [...lifetime, ['cache-control', 'no-store']];
  if (!isListedOrigin(facts, policy)) return seen;
  return [...seen, ['access-control-expose-headers', LIFETIME_HEADER]];
}
