import type { SessionClocks } from '../session/deadlines.ts';
import { presentOf, reachedLimit } from '../session/reached-limit.ts';
import type { TouchRequest, TouchRule } from '../session/session-store.ts';
import type { SubjectKey } from '../session/subject-key.ts';
import type { LiveOutcome } from '../session/touch-outcome.ts';

/**
 * What the store said of a live session, so that this process can answer for it: its times, and how
 * to carry the store's clock forward.
 */
export interface Lease {
  /** As the store answered. */
  readonly clocks: SessionClocks;
  /** The monotonic clock when the question was sent: the store answered then or later. */
  readonly askedAtMs: number;
  /** The wall clock minus the monotonic one, at the same moment. */
  readonly wallAheadMs: number;
  /** Whose session it is, if a request has named its subject. */
  readonly subject: SubjectKey | undefined;
}

/** An instant by two clocks of this process. */
export interface Instant {
  readonly monotonicMs: number;
  /** The wall clock minus the monotonic one. */
  readonly wallAheadMs: number;
}

/**
 * Why the store is asked. `none`: nothing is known of the session. `off`: the policy wants no leases,
 * or there are none now. `age`: what is known is too old for the policy. `touch`: the request is
 * activity that must be written. `limit`: the session may be at a limit. `subject`: the request names
 * a subject and it is not known to be the one of the session. `clock`: the clocks of this process
 * disagree, as after a stop of the whole machine.
 */
export const QUESTION_CAUSES = [
  'none',
  'off',
  'age',
  'touch',
  'limit',
  'subject',
  'clock',
] as const;
export type QuestionCause = (typeof QUESTION_CAUSES)[number];

/** Clocks that differ by more than this since the question was sent are not believed. */
const CLOCKS_APART_MAX_MS = 100;

/** Whether the store would end or mark the session by this rule now, as far as is known. */
export function mayEndBy(lease: Lease, rule: TouchRule, now: Instant): boolean {
  if (rule.mode === 'observe' || rule.onExpiry === 'keep') return false;
  return reachedLimit(lease.clocks, rule, presentAt(lease, now)) !== undefined;
}

/**
 * What the store would answer, or why it has to be asked. It answers only if the session is live
 * under the rule of this request and nothing would be written.
 */
export function answerOf(
  lease: Lease,
  { rule, source, subject }: TouchRequest,
  now: Instant,
): LiveOutcome | QuestionCause {
  const ageMs = now.monotonicMs - lease.askedAtMs;
  if (!(ageMs >= 0 && ageMs < rule.maxStalenessMs)) return 'age';
  if (Math.abs(now.wallAheadMs - lease.wallAheadMs) > CLOCKS_APART_MAX_MS) return 'clock';
  const { clocks } = lease;
  const nowMs = presentAt(lease, now);
  if (reachedLimit(clocks, rule, nowMs) !== undefined) return 'limit';
  const isTouchDue = nowMs - clocks.lastActivityAtMs >= source.touchIntervalMs;
  if (rule.countsAsActivity && isTouchDue) return 'touch';
  if (subject !== undefined && subject !== lease.subject) return 'subject';
  const live = {
    kind: 'live',
    clocks: { ...clocks, nowMs },
    activity: rule.countsAsActivity ? 'skipped' : 'passive',
    opened: false,
  } as const;
  return subject === undefined ? live : { ...live, subject: 'same' };
}

/**
 * The store's clock, carried forward from the moment when the question was sent, not from that of the
 * answer. So it is at most too far ahead, and no deadline is noticed late.
 */
function presentAt({ clocks, askedAtMs }: Lease, { monotonicMs }: Instant): number {
  return presentOf(clocks, Math.ceil(clocks.nowMs + monotonicMs - askedAtMs));
}

/** What to keep of a reply; `undefined` if nothing may be kept of it. */
export function leaseOf(
  outcome: LiveOutcome,
  asked: { readonly subject: SubjectKey | undefined; readonly at: Instant },
): Lease | undefined {
  if (outcome.opened) return undefined;
  const { monotonicMs: askedAtMs, wallAheadMs } = asked.at;
  const subject = outcome.subject === 'same' ? asked.subject : undefined;
  return { clocks: outcome.clocks, askedAtMs, wallAheadMs, subject };
}
