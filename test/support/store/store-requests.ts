import { createHash } from 'node:crypto';
import type { SessionKey } from '../../../src/session/session-key.ts';
import type {
  LoginVisit,
  SourceRule,
  TouchRequest,
  TouchRule,
} from '../../../src/session/session-store.ts';
import { SUBJECT_KEY_LENGTH } from '../../../src/session/subject-key.ts';
import type { SubjectKey } from '../../../src/session/subject-key.ts';

/** A session key of the form that the HMAC has: 43 characters of base64url. */
export function keyOf(name: string): SessionKey {
  return createHash('sha256').update(name).digest('base64url') as SessionKey;
}

/** A subject key: 22 characters of base64url. */
export function subjectOf(name: string): SubjectKey {
  const digest = createHash('sha256').update(`subject ${name}`).digest('base64url');
  return digest.slice(0, SUBJECT_KEY_LENGTH) as SubjectKey;
}

/** Idle 5 minutes, absolute 1 hour, enforced, ends the session; every part can be replaced. */
export function ruleWith(rule: Partial<TouchRule> = {}): TouchRule {
  return {
    idleTimeoutMs: 300_000,
    absoluteTimeoutMs: 3_600_000,
    policy: 'default',
    onExpiry: 'end',
    mode: 'enforce',
    countsAsActivity: true,
    maxStalenessMs: 1_000,
    ...rule,
  };
}

/** No touch interval, kept for a day, over by 5 minutes and 1 hour; every part can be replaced. */
export function sourceWith(source: Partial<SourceRule> = {}): SourceRule {
  return {
    source: 'web',
    touchIntervalMs: 0,
    retentionMs: 86_400_000,
    overLimits: [{ policy: 'default', idleTimeoutMs: 300_000, absoluteTimeoutMs: 3_600_000 }],
    endLimits: [],
    ...source,
  };
}

export function touchOf(
  name: string,
  rule: Partial<TouchRule> = {},
  source: Partial<SourceRule> = {},
): TouchRequest {
  return { key: keyOf(name), rule: ruleWith(rule), source: sourceWith(source) };
}

/** A visit that may end nothing; every part can be replaced. */
export function visitOf(name: string, visit: Partial<LoginVisit> = {}): LoginVisit {
  return {
    key: keyOf(name),
    source: sourceWith(),
    endLimits: [{ idleTimeoutMs: 300_000, absoluteTimeoutMs: 3_600_000, policy: 'default' }],
    mayEnd: false,
    maySignOut: false,
    ...visit,
  };
}
