import { identify } from '../identity/identify.ts';
import { stripCredentials } from '../identity/strip-credentials.ts';
import type { PolicySet } from '../policy/selection/policy-set.ts';
import type { EffectivePolicy } from '../terms/effective-policy.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { Source } from '../terms/source.ts';
import { withMalformedCredential, withSampleCredential } from './sample-credential.ts';
import type { SampleRequest } from './sample-credential.ts';

/** The state of the session when the request arrives. */
export type Situation =
  | 'request as given'
  | 'no credential'
  | 'malformed credential'
  | 'credential never seen'
  | 'live session'
  | 'idle timeout reached'
  | 'absolute timeout reached'
  | 'revoked session'
  | 'store down';

/** One situation, ready to be run. */
export interface Scene {
  readonly situation: Situation;
  readonly facts: RequestFacts;
  readonly source?: Source;
  readonly claims?: SampleRequest['claims'];
  /** What happened to the session before; `undefined`: it was never seen. */
  readonly past?: {
    readonly startedAgoMs: number;
    readonly quietMs: number;
    readonly revoked: boolean;
  };
  readonly storeIsDown?: boolean;
  /** Its credential is the user's, and not a sample. */
  readonly isGiven?: boolean;
}

/** A live session has been quiet for half of its timeout, and for this long at most. */
const QUIET_MAX_MS = 60_000;

/** The situations in which this policy may have to judge a request; `given` may carry a credential of its own. */
export function scenesOf(
  policies: PolicySet,
  policy: EffectivePolicy,
  given: RequestFacts,
  nowMs: number,
): readonly Scene[] {
  const sources = policies.sources.filter(({ name }) => policy.sources.has(name));
  const bare = { ...withoutCredentials(policies.sources, given), jwtMetadata: undefined };
  const scenes: Scene[] = [{ situation: 'no credential', facts: bare }];
  if (identify(sources, given).kind !== 'absent') {
    scenes.unshift({ situation: 'request as given', facts: given, isGiven: true });
  }
  for (const source of sources) scenes.push(...scenesFor(source, policy, bare, nowMs));
  return scenes;
}

function scenesFor(
  source: Source,
  policy: EffectivePolicy,
  bare: RequestFacts,
  nowMs: number,
): Scene[] {
  const malformed = withMalformedCredential(bare, source);
  const first: Scene = { situation: 'malformed credential', facts: malformed, source };
  const sample = withSampleCredential(bare, source, nowMs);
  if (sample === undefined) return [first];
  const { idleTimeoutMs: idleMs, absoluteTimeoutMs: absoluteMs } = policy;
  const quietMs = Math.min(QUIET_MAX_MS, (idleMs ?? Infinity) / 2, (absoluteMs ?? Infinity) / 2);
  const scene = (situation: Situation, more: Partial<Scene>): Scene => ({
    situation,
    ...sample,
    source,
    ...more,
  });
  const past = (startedAgoMs: number, quiet: number, revoked = false) => ({
    past: { startedAgoMs, quietMs: quiet, revoked },
  });
  return [
    first,
    scene('credential never seen', {}),
    scene('live session', past(quietMs, quietMs)),
    ...(idleMs === undefined ? [] : [scene('idle timeout reached', past(idleMs, idleMs))]),
    ...(absoluteMs === undefined ? [] : [scene('absolute timeout reached', past(absoluteMs, 0))]),
    scene('revoked session', past(quietMs, quietMs, true)),
    scene('store down', { storeIsDown: true }),
  ];
}

function withoutCredentials(sources: readonly Source[], facts: RequestFacts): RequestFacts {
  const stripping = stripCredentials(sources, facts);
  if (stripping.kind === 'in_target') return facts;
  const { set, remove } = stripping.changes;
  const gone = new Set([...remove, ...set.map(([name]) => name)]);
  const kept = facts.headers.filter(({ name }) => !gone.has(name));
  return { ...facts, headers: [...kept, ...set.map(([name, value]) => ({ name, value }))] };
}
