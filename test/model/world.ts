import type { EndLimits, SourceRule, TouchRule } from '../../src/session/session-store.ts';
import { keyOf } from '../support/store/store-requests.ts';
import type { SessionKey } from '../../src/session/session-key.ts';

// Time passes in whole units. Only their order matters, so the limits are as small as they can be
// and still differ.

export interface Times {
  /** From here on a check may use no answer of the store. */
  readonly decisionMs: number;
  /** How long a claim is kept: longer than two checks take, one after the other. */
  readonly claimKeptMs: number;
  /** A claim that is kept for less time than this is not used: longer than one check takes. */
  readonly claimRestMinMs: number;
}

export const COARSE: Times = { decisionMs: 1, claimKeptMs: 3, claimRestMinMs: 2 };
/** Twice as many instants in a check, so that a claim can go between two of its steps, and another. */
export const FINE: Times = { decisionMs: 2, claimKeptMs: 5, claimRestMinMs: 3 };

export type PolicyName = 'calm' | 'strict';

type BothLimits = EndLimits & Record<'idleTimeoutMs' | 'absoluteTimeoutMs', number>;
const limits = (
  policy: PolicyName,
  idleTimeoutMs: number,
  absoluteTimeoutMs: number,
): BothLimits => ({
  policy,
  idleTimeoutMs,
  absoluteTimeoutMs,
});
/** The longest limits: every instant that is longer ago is alike. */
export const IDLE_MAX_MS = 3;
export const ABSOLUTE_MAX_MS = 5;
export const LIMITS: Readonly<Record<PolicyName, BothLimits>> = {
  calm: limits('calm', IDLE_MAX_MS, ABSOLUTE_MAX_MS),
  strict: limits('strict', 2, 4),
};

/** The calm policy ends sessions; the strict one asks for a fresh login. */
export const RULES: Readonly<Record<PolicyName, TouchRule>> = {
  calm: {
    ...LIMITS.calm,
    mode: 'enforce',
    countsAsActivity: true,
    maxStalenessMs: 0,
    onExpiry: 'end',
  },
  strict: {
    ...LIMITS.strict,
    mode: 'enforce',
    countsAsActivity: true,
    maxStalenessMs: 0,
    onExpiry: 'challenge',
  },
};

export const SOURCE: SourceRule = {
  source: 'web',
  touchIntervalMs: 0,
  retentionMs: 1_000_000,
  overLimits: Object.values(LIMITS),
  endLimits: [LIMITS.calm],
};

/** The names of the one credential, each by another server key. */
const NAMES: readonly SessionKey[] = [keyOf('by the older key'), keyOf('by the newer key')];

export function keyAt(name: number): SessionKey {
  const key = NAMES[name];
  if (key === undefined) throw new Error(`there is no name ${name}`);
  return key;
}

export interface ActorRole {
  /** The name that this replica of Curfew writes with. */
  readonly own: number;
  readonly checks: readonly PolicyName[];
  readonly ends: boolean;
}

/** What can happen in one exploration. Everything is by any actor, at any time, in any order. */
export interface World {
  readonly title: string;
  readonly times: Times;
  /** How many names the credential has: each is in a shard of its own. */
  readonly names: 1 | 2;
  readonly actors: readonly ActorRole[];
  readonly hasSweeper: boolean;
  readonly hasFailovers: boolean;
  readonly restartsEmpty: boolean;
  /** Actors that die, and forget what they have noted. */
  readonly hasCrashes: boolean;
  /** How far the clock of every other primary is behind. */
  readonly skewMs: number;
  /** Replies may wait before they are read. Otherwise they are read at once, or lost. */
  readonly repliesWait: boolean;
  /** What an end does about a session that is not known. */
  readonly unknown: 'leave' | 'tombstone';
  /** It takes too long for every test run. */
  readonly isLong?: boolean;
  /** Steps of the store on one way, and in the long run. */
  readonly stepsMax: number;
  readonly longStepsMax: number;
}
