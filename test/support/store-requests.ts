import { createHash } from 'node:crypto';
import type { SessionKey } from '../../src/session/session-key.ts';
import type { SourceRule, TouchRequest, TouchRule } from '../../src/session/session-store.ts';

/** A session key as the HMAC would make it: 43 characters of base64url. */
export function keyOf(name: string): SessionKey {
  return createHash('sha256').update(name).digest('base64url') as SessionKey;
}

/** Idle 5 minutes, absolute 1 hour, enforced, ends; every part can be another. */
export function ruleWith(rule: Partial<TouchRule> = {}): TouchRule {
  return {
    idleTimeoutMs: 300_000,
    absoluteTimeoutMs: 3_600_000,
    policy: 'default',
    onExpiry: 'end',
    mode: 'enforce',
    countsAsActivity: true,
    ...rule,
  };
}

/** Exact (no touch interval), kept a day, over by 5 minutes and 1 hour. */
export function sourceWith(source: Partial<SourceRule> = {}): SourceRule {
  return {
    source: 'web',
    touchIntervalMs: 0,
    retentionMs: 86_400_000,
    overLimits: [{ idleTimeoutMs: 300_000, absoluteTimeoutMs: 3_600_000 }],
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
