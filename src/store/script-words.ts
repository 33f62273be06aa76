import { createHash } from 'node:crypto';
import type { Timeouts } from '../session/deadlines.ts';
import { loosestLimits } from '../session/loosest-limits.ts';
import type { OpenRequest, SourceRule, TouchRequest, TouchRule } from '../session/session-store.ts';

/** The limits of a source as the scripts take them, and their digest. */
export interface LimitWords {
  /** Names these limits: equal for equal limits, on every replica. */
  readonly digest: string;
  /** Pairs of idle and absolute. */
  readonly pairs: readonly string[];
  /** What the pairs say. */
  readonly frontier: readonly Timeouts[];
}

/** The arguments that `touch.lua` and `open.lua` share, behind the nonce. */
export function touchWords({ rule, source }: TouchRequest): string[] {
  return [
    duration(rule.idleTimeoutMs),
    duration(rule.absoluteTimeoutMs),
    onExpiryWord(rule),
    rule.countsAsActivity ? '1' : '0',
    milliseconds(source.touchIntervalMs),
    milliseconds(source.retentionMs),
    rule.policy,
    source.source,
  ];
}

/** All arguments of `open.lua` behind the nonce. */
export function openWords(request: OpenRequest, limits: LimitWords): string[] {
  const { opening, startedAtMs } = request;
  const claimed = startedAtMs === undefined ? '' : milliseconds(Math.trunc(startedAtMs));
  return [...touchWords(request), opening, claimed, limits.digest, ...limits.pairs];
}

const knownLimits = new WeakMap<SourceRule, LimitWords>();

/** Computed once per rule object: these change only with the configuration. */
export function limitWords(rule: SourceRule): LimitWords {
  const known = knownLimits.get(rule);
  if (known !== undefined) return known;
  const frontier = loosestLimits(rule.overLimits);
  const pairs = frontier.flatMap(({ idleTimeoutMs, absoluteTimeoutMs }) => [
    duration(idleTimeoutMs),
    duration(absoluteTimeoutMs),
  ]);
  const digest = createHash('sha256').update(pairs.join(' ')).digest('base64url').slice(0, 12);
  const words = { digest, pairs, frontier };
  knownLimits.set(rule, words);
  return words;
}

/** A whole number of milliseconds. @throws {TypeError} for anything else: a bug, and never sent. */
export function milliseconds(ms: number): string {
  if (!Number.isSafeInteger(ms)) throw new TypeError('not a whole number of milliseconds');
  return String(ms);
}

function duration(ms: number | undefined): string {
  return ms === undefined ? '' : milliseconds(ms);
}

// Observe wins: it never ends anything, and unlike `keep` it counts activity past the limit.
function onExpiryWord({ mode, onExpiry }: TouchRule): string {
  return mode === 'observe' ? mode : onExpiry;
}
