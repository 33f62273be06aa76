import { identify } from '../identity/identify.ts';
import { stripCredentials } from '../identity/strip-credentials.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { EffectivePolicy } from '../session/effective-policy.ts';
import type { RequestFacts } from '../session/request-facts.ts';
import type { Source } from '../session/source.ts';
import { withMalformedCredential, withSampleCredential } from './sample-credential.ts';
import type { SampleRequest } from './sample-credential.ts';

/** How things stand when the request comes. */
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

/** One situation, ready to be played. */
export interface Scene {
  readonly situation: Situation;
  readonly facts: RequestFacts;
  readonly source?: Source;
  readonly claims?: SampleRequest['claims'];
  /** What has happened to the session before; nothing: it was never seen. */
  readonly past?: {
    readonly startedAgoMs: number;
    readonly quietMs: number;
    readonly revoked: boolean;
  };
  readonly storeIsDown?: boolean;
}

/** Half of it, a minute at most: how long a live session has been quiet. */
const QUIET_MAX_MS = 60_000;

/** The situations in which a request may come that this policy judges; `given` may carry a credential of its own. */
export function scenesOf(
  policies: PolicySet,
  policy: EffectivePolicy,
  given: RequestFacts,
  nowMs: number,
): readonly Scene[] {
  const sources = policies.sources.filter(({ name }) => policy.sources.has(name));
  const bare = withoutCredentials(policies.sources, given);
  const scenes: Scene[] = [{ situation: 'no credential', facts: bare }];
  const identified = identify(sources, given).kind;
  // A token of the user's own cannot be judged: its issuer's keys are not asked here.
  if (identified === 'malformed' || identified === 'ambiguous') {
    scenes.unshift({ situation: 'request as given', facts: given });
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
  const { set, remove } = stripCredentials(sources, facts);
  const gone = new Set([...remove, ...set.map(([name]) => name)]);
  const kept = facts.headers.filter(({ name }) => !gone.has(name));
  return { ...facts, headers: [...kept, ...set.map(([name, value]) => ({ name, value }))] };
}
