import type { SessionClocks } from '../../../src/session/deadlines.ts';
import type { EffectivePolicy } from '../../../src/terms/effective-policy.ts';
import type { HeaderLine, RequestFacts } from '../../../src/terms/request-facts.ts';
import type { SessionTag } from '../../../src/session/session-key.ts';
import type {
  BytesPlace,
  CookiePlace,
  CredentialPlace,
} from '../../../src/terms/credential-place.ts';
import type { Source } from '../../../src/terms/source.ts';
import type { JudgedRequest } from '../../../src/verdict/judged-request.ts';
import { cookiePlace } from './cookie-place.ts';
import { REASON_NAMES, REASONS, type DenyReason } from '../../../src/verdict/reason.ts';

/** Every reason of a denial. */
export const DENY_REASONS: readonly DenyReason[] = REASON_NAMES.filter(
  (reason): reason is DenyReason => REASONS[reason].class === 'deny',
);

/** Headers as an object, for tests in which no name occurs twice. */
export type Headers = Readonly<Record<string, string>>;

export function factsOf(
  changes: Partial<Omit<RequestFacts, 'headers'>> & {
    readonly headers?: Headers | readonly HeaderLine[];
  } = {},
): RequestFacts {
  const { headers = {}, ...rest } = changes;
  return {
    method: 'GET',
    scheme: 'https',
    host: 'app.example.com',
    path: '/account?tab=2',
    linesJoined: false,
    principal: '',
    context: new Map(),
    jwtMetadata: undefined,
    callBudgetMs: undefined,
    ...rest,
    headers: isLines(headers)
      ? headers
      : Object.entries(headers).map(([name, value]) => ({ name, value })),
  };
}

function isLines(headers: Headers | readonly HeaderLine[]): headers is readonly HeaderLine[] {
  return Array.isArray(headers);
}

/** An enforcing policy of five minutes and eight hours. */
export function policyOf(changes: Partial<EffectivePolicy> = {}): EffectivePolicy {
  return {
    name: 'payments',
    idleTimeoutMs: 300_000,
    absoluteTimeoutMs: 28_800_000,
    session: 'required',
    mode: 'enforce',
    onExpiry: new Map([['web', 'end']]),
    sources: new Set(['web']),
    leave: new Set(),
    maxStalenessMs: 1_000,
    streams: 'passive',
    streamMaxMs: undefined,
    streamCut: true,
    loginUrl: undefined,
    returnHosts: new Set(),
    corsOrigins: new Set(),
    exposeLifetime: false,
    ...changes,
  };
}

export const SID: CookiePlace = cookiePlace('__Host-sid');

export function sourceOf(place: CredentialPlace = SID, name = 'web'): Source {
  return {
    name,
    place,
    opening: 'registered',
    format: 'plain',
    take: undefined,
    subjectHeader: undefined,
  };
}

export function jwtSource(place: 'bearer' | BytesPlace = 'bearer', name = 'api'): Source {
  return sourceOf(
    {
      kind: 'jwt',
      in: place === 'bearer' ? { kind: 'bearer' } : place,
      issuer: 'https://idp.example.com',
      audiences: ['api'],
      verifiedBy: { kind: 'envoy', metadataKey: 'payload', forwardedHeaders: [] },
      session: { kind: 'claim', claim: 'sid' },
      perLogin: false,
      subjectClaim: undefined,
      leewayMs: 0,
    },
    name,
  );
}

/** A session that started an hour ago and was last active 60 s ago. */
export function clocksOf(changes: Partial<SessionClocks> = {}): SessionClocks {
  const nowMs = 1_700_000_000_000;
  return {
    nowMs,
    startedAtMs: nowMs - 3_600_000,
    lastActivityAtMs: nowMs - 60_000,
    longestGapMs: 0,
    ...changes,
  };
}

export function judgedOf(
  changes: Partial<Omit<JudgedRequest, 'facts' | 'policy'>> & {
    readonly facts?: Parameters<typeof factsOf>[0];
    readonly policy?: Partial<EffectivePolicy>;
  } = {},
): JudgedRequest {
  const { facts, policy, ...rest } = changes;
  return {
    facts: factsOf(facts),
    policy: policyOf(policy),
    isDoubtful: false,
    passive: false,
    isPrefetch: false,
    source: sourceOf(),
    admittedSources: [sourceOf()],
    tag: 'tag-1234' as SessionTag,
    clocks: clocksOf(),
    reachedLimit: undefined,
    endLimits: [],
    cookiesToClear: () => [SID.name],
    isLoginSource: false,
    strip: { set: [], remove: [] },
    settings: { streamCutHeader: 'x-envoy-upstream-stream-duration-ms', realm: 'curfew' },
    ...rest,
  };
}

/** Every value of one header in a reply, in order. */
export function valuesOf(
  pairs: readonly (readonly [name: string, value: string])[],
  name: string,
): readonly string[] {
  return pairs.filter(([other]) => other === name).map(([, value]) => value);
}
